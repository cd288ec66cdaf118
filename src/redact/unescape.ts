/** A text with escapes undone, and for each of its characters, and its end, the place in the text it was made from. */
export interface Unescaped {
  readonly text: string
  readonly places: readonly number[]
}

/** A kind of escape, and how one level of it is undone. */
interface Way {
  readonly escape: RegExp
  readonly undo: (written: Unescaped) => Unescaped
}

interface Reading extends Unescaped {
  /** The one way that was undone; undefined if there were several. */
  readonly way: Way | undefined
}

/** JSON within JSON within JSON, a URL within a URL: nobody writes more levels, nor as many of several kinds. */
const LEVELS_MAX = 4
const MIXED_LEVELS_MAX = 3
const SHORT: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp|commat|period));/gi
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  commat: '@',
  period: '.',
}

const WAYS: readonly Way[] = [
  { escape: /%[\da-f]{2}/i, undo: withoutPercents },
  { escape: /\\/, undo: withoutBackslashes },
  { escape: new RegExp(ENTITY.source, 'i'), undo: withoutEntities },
]
/** In a form, `+` is a space. It is not counted as another kind of escape: it goes with each of them. */
const PLUS: Way = { escape: /\+/, undo: ({ text, places }) => ({ text: text.replaceAll('+', ' '), places }) }
const WAYS_OF_FORMS = [PLUS, ...WAYS]

const MAYBE_ESCAPED = /[\\%&]/
const MAYBE_ESCAPED_OR_FORM = /[\\%&+]/

/**
 * The ways to read a text other than as it stands: with the escapes of JSON, of a URL and of HTML undone once, twice and so
 * on, also one within the other, and with the spaces of a form. The time of each reading is proportional to the text.
 */
export function readingsOf(text: string, hasForms: boolean): readonly Unescaped[] {
  if (!(hasForms ? MAYBE_ESCAPED_OR_FORM : MAYBE_ESCAPED).test(text)) return NOTHING
  const ways = hasForms ? WAYS_OF_FORMS : WAYS
  const readings: Reading[] = []
  const seen = new Set([text])
  let last: readonly Reading[] = [{ text, places: [], way: undefined }]
  for (let level = 1; level <= LEVELS_MAX && last.length > 0; level++) {
    const next: Reading[] = []
    for (const from of last) {
      for (const way of ways) {
        const isMixed = level > 1 && way !== PLUS && from.way !== PLUS && from.way !== way
        if ((isMixed && level > MIXED_LEVELS_MAX) || !way.escape.test(from.text)) continue
        const undone = way.undo(level === 1 ? asWritten(text) : from)
        if (seen.has(undone.text)) continue
        seen.add(undone.text)
        next.push({ ...undone, way: way === PLUS && level > 1 ? from.way : isMixed ? undefined : way })
      }
    }
    readings.push(...next)
    last = next
  }
  return readings
}

const NOTHING: readonly Unescaped[] = []

const asWritten = (text: string): Unescaped => ({ text, places: Array.from({ length: text.length + 1 }, (_, index) => index) })

function withoutEntities({ text, places: from }: Unescaped): Unescaped {
  const places: number[] = []
  let decoded = ''
  let at = 0
  const keep = (end: number) => {
    decoded += text.slice(at, end)
    for (; at < end; at++) places.push(from[at]!)
  }
  for (const { 0: entity, 1: decimal, 2: hex, 3: name, index } of text.matchAll(ENTITY)) {
    keep(index)
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    const character = name === undefined ? (code > 0x10_ff_ff ? '\ufffd' : String.fromCodePoint(code)) : NAMED[name.toLowerCase()]!
    for (const _ of character.split('')) places.push(from[index]!)
    decoded += character
    at = index + entity.length
  }
  keep(text.length)
  places.push(from[text.length]!)
  return { text: decoded, places }
}

/** A backslash before anything else than an escape is left out. */
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
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
    let read = 0
    for (const character of bytes.toString()) {
      for (const _ of character.split('')) places.push(from[index + 3 * read]!)
      decoded += character
      read += character === '\ufffd' ? bytesOfUnreadable(bytes.subarray(read, read + 3)) : Buffer.byteLength(character)
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

/** How many bytes became one U+FFFD: the three of its own spelling, the start of a character that is cut off, or one bad byte. */
function bytesOfUnreadable(bytes: Buffer): number {
  let count = bytes.length
  while (count > 1 && bytes.toString('utf8', 0, count) !== '\ufffd') count--
  return count
}
