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
const PERCENTS = /(?:%[\da-f]{2})+/gi
const BACKSLASH = /\\(?:u([\dA-Fa-f]{4})|(.))/gs
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
  { escape: /%[\da-f]{2}/i, undo: written => withoutEscapes(written, PERCENTS, meaningOfPercents) },
  { escape: /\\/, undo: written => withoutEscapes(written, BACKSLASH, meaningOfBackslash) },
  { escape: new RegExp(ENTITY.source, 'i'), undo: written => withoutEscapes(written, ENTITY, meaningOfEntity) },
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

/** A character of what an escape stands for, and how far into the escape it is written. */
type Meaning = readonly [character: string, offset: number]

/** Puts in the place of each escape what it stands for. */
function withoutEscapes(
  { text, places: from }: Unescaped,
  escapes: RegExp,
  meaningOf: (found: RegExpExecArray) => readonly Meaning[],
): Unescaped {
  const places: number[] = []
  let decoded = ''
  let at = 0
  const keep = (end: number) => {
    decoded += text.slice(at, end)
    for (; at < end; at++) places.push(from[at]!)
  }
  for (const found of text.matchAll(escapes)) {
    keep(found.index)
    for (const [character, offset] of meaningOf(found)) {
      decoded += character
      for (let unit = 0; unit < character.length; unit++) places.push(from[at + offset]!)
    }
    at += found[0].length
  }
  keep(text.length)
  places.push(from[at]!)
  return { text: decoded, places }
}

function meaningOfEntity([, decimal, hex, name]: RegExpExecArray): readonly Meaning[] {
  if (name !== undefined) return [[NAMED[name.toLowerCase()]!, 0]]
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  return [[code > 0x10_ff_ff ? '\ufffd' : String.fromCodePoint(code), 0]]
}

/** A backslash before anything else than an escape is left out. */
function meaningOfBackslash([, hex, other]: RegExpExecArray): readonly Meaning[] {
  return [[hex === undefined ? (SHORT[other!] ?? other!) : String.fromCharCode(Number.parseInt(hex, 16)), 0]]
}

function meaningOfPercents([run]: RegExpExecArray): readonly Meaning[] {
  const characters: Meaning[] = []
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex')
  let read = 0
  for (const character of bytes.toString()) {
    characters.push([character, 3 * read])
    read += character === '\ufffd' ? bytesOfUnreadable(bytes.subarray(read, read + 3)) : Buffer.byteLength(character)
  }
  return characters
}

/** How many bytes became one U+FFFD: the three of its own spelling, the start of a character that is cut off, or one bad byte. */
function bytesOfUnreadable(bytes: Buffer): number {
  let count = bytes.length
  while (count > 1 && bytes.toString('utf8', 0, count) !== '\ufffd') count--
  return count
}
