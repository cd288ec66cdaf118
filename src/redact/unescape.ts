/** A text with escapes undone, and where each of its characters stands in the text it was made of; one place more for the end. */
export interface Unescaped {
  readonly text: string
  readonly places: readonly number[]
}

/** JSON within JSON within JSON, a URL within a URL: more levels than that nobody writes. */
const LEVELS_MAX = 4
const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

/**
 * The ways in which a text can be read: with the escapes of JSON undone once, twice and so on, and so with those of a URL
 * and of a form, in which `+` is a space.
 * Without the text itself. Each reading takes time in proportion to the text.
 */
export function readingsOf(text: string): readonly Unescaped[] {
  const written: Unescaped = { text, places: Array.from({ length: text.length + 1 }, (_, index) => index) }
  const readings = [...undone(written, PERCENT, withoutPercents), ...undone(written, /\\/, withoutBackslashes)]
  if (text.includes('+')) readings.push(...undone({ ...written, text: text.replaceAll('+', ' ') }, / /, withoutPercents))
  return readings
}

const PERCENT = /%[0-9a-f]{2}/i

/** With escapes of one kind undone once, twice and so on, as long as there are any. */
function* undone(written: Unescaped, escaped: RegExp, undo: (last: Unescaped) => Unescaped): Generator<Unescaped> {
  let last = written
  for (let level = 0; level < LEVELS_MAX && escaped.test(last.text); level++) {
    const next = undo(last)
    if (level > 0 && next.text === last.text) break
    yield next
    last = next
  }
}

/** What is no escape stays, without its backslash. */
function withoutBackslashes({ text, places }: Unescaped): Unescaped {
  const parts: string[] = []
  const from: number[] = []
  for (let at = 0; at < text.length; ) {
    from.push(places[at]!)
    const isEscape = text[at] === '\\' && at + 1 < text.length
    const hex = isEscape && text[at + 1] === 'u' ? text.slice(at + 2, at + 6) : ''
    if (/^[0-9a-f]{4}$/i.test(hex)) {
      parts.push(String.fromCharCode(Number.parseInt(hex, 16)))
      at += 6
    } else if (isEscape) {
      parts.push(SHORT[text[at + 1]!] ?? text[at + 1]!)
      at += 2
    } else parts.push(text[at++]!)
  }
  from.push(places[text.length]!)
  return { text: parts.join(''), places: from }
}

function withoutPercents({ text, places: from }: Unescaped): Unescaped {
  let decoded = ''
  const places: number[] = []
  let at = 0
  for (const { 0: run, index } of text.matchAll(/(?:%[0-9a-f]{2})+/gi)) {
    for (; at < index; at++) {
      places.push(from[at]!)
      decoded += text[at]!
    }
    for (const character of Buffer.from(run.replaceAll('%', ''), 'hex').toString()) {
      for (const _ of character.split('')) places.push(from[at]!)
      decoded += character
      at += character === '\ufffd' ? 3 : Buffer.byteLength(character) * 3
    }
    at = index + run.length
  }
  for (; at < text.length; at++) {
    places.push(from[at]!)
    decoded += text[at]!
  }
  places.push(from[text.length]!)
  return { text: decoded, places }
}
