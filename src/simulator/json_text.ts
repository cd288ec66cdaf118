import { endOfText, type Span } from '../core/json_text.ts'

/** The values that stand one after another in `text`, with nothing, white space or commas between them. */
export function* valuesIn(text: string, start = 0, end = text.length): Generator<Span> {
  for (let place = skipBetween(text, start); place < end; place = skipBetween(text, place)) {
    const stop = valueEnd(text, place)
    yield { start: place, end: stop }
    place = stop
  }
}

/** The value of a member of the object that begins at `start`; the last one of that name. */
export function memberOf(text: string, { start, end }: Span, name: string): Span | undefined {
  const quoted = JSON.stringify(name)
  let found: Span | undefined
  for (let place = skipBetween(text, start + 1); place < end - 1; place = skipBetween(text, place)) {
    const keyEnd = valueEnd(text, place)
    const value = text.indexOf(':', keyEnd) + 1
    const valueStart = skipBetween(text, value)
    const stop = valueEnd(text, valueStart)
    if (text.slice(place, keyEnd) === quoted) found = { start: valueStart, end: stop }
    place = stop
  }
  return found
}

const QUOTE = 0x22
const COMMA = 0x2c

function skipBetween(text: string, start: number): number {
  let place = start
  while (place < text.length && (text.charCodeAt(place) <= 0x20 || text.charCodeAt(place) === COMMA)) place++
  return place
}

/** Where the value that begins at `start` ends. Brackets in strings do not count; a text cut off ends where it is cut. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  for (let place = start; place < text.length; place++) {
    const code = text.charCodeAt(place)
    if (code === QUOTE) {
      const end = endOfText(text, place) ?? text.length
      if (depth === 0) return end
      place = end - 1
    } else if (code === 0x7b || code === 0x5b) depth++
    else if (code === 0x7d || code === 0x5d) {
      if (--depth <= 0) return depth < 0 ? Math.max(place, start + 1) : place + 1
    } else if (depth === 0 && (code <= 0x20 || code === COMMA)) return place
  }
  return text.length
}
