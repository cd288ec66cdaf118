/** A text as it is compared whole: case, surrounding white space and Unicode form do not count. */
export function folded(text: string): string {
  const lower = text.trim().toLowerCase()
  return NOT_ASCII.test(lower) ? lower.normalize('NFC') : lower
}

// oxlint-disable-next-line no-control-regex
const NOT_ASCII = /[^\0-\x7f]/
/** A character with the marks on it. */
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu
const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g

const escaped = (text: string) => text.replace(SPECIAL, '\\$&')

/** A pattern, for a RegExp with the flag `i`, that matches a text in each Unicode form, and capitals of more characters (`ß`, `SS`). */
export function patternOf(text: string): string {
  if (!NOT_ASCII.test(text)) return escaped(text)
  const composed = text.normalize('NFC')
  const pattern = composed.match(CLUSTER)!.map(patternOfCluster).join('')
  return text === composed || text === text.normalize('NFD') ? pattern : `(?:${escaped(text)}|${pattern})`
}

function patternOfCluster(cluster: string): string {
  if (!NOT_ASCII.test(cluster)) return escaped(cluster)
  const spellings = [cluster, cluster.toLowerCase(), cluster.toUpperCase()].flatMap(text => [text.normalize('NFC'), text.normalize('NFD')])
  const different = new Map(spellings.map(text => [text.toLowerCase(), escaped(text)]))
  return different.size === 1 ? escaped(cluster) : `(?:${[...different.values()].sort((a, b) => b.length - a.length).join('|')})`
}

const PIECE_CHARS_MIN = 500
/** Characters with what is written on them: with marks, and the parts of a syllable in Hangul. */
const PIECES = new RegExp(`(?:[^][\\p{M}\\u1160-\\u11ff]*){1,${PIECE_CHARS_MIN}}`, 'gu')

/** A text in pieces that make no pattern too large; none is so short that it would be found by chance. */
export function piecesOf(text: string): readonly string[] {
  if (text.length < 2 * PIECE_CHARS_MIN) return [text]
  const pieces = text.match(PIECES)!
  const last = pieces.pop()!
  return [...pieces.slice(0, -1), (pieces.at(-1) ?? '') + last]
}

const NUMBER = /^-?(0|[1-9]\d*)(?:\.(\d+))?(?:e([+-]?\d{1,6}))?$/i
/** A longer number stands for nobody, and would take long to read (invariant 5). */
const NUMBER_CHARS_MAX = 100
const ZEROS_MAX = 30
const NINE = 57

/** A number: its digits without zeros around them, and the power of ten that they count. The sign says nothing of whose it is. */
interface Decimal {
  readonly digits: string
  readonly exponent: number
}

function decimalOf(text: string): Decimal | undefined {
  if (text.length > NUMBER_CHARS_MAX || text.charCodeAt(0) > NINE) return undefined
  const [, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  if (whole === undefined) return undefined
  const significant = (whole + fraction).replace(/^0+/, '')
  const digits = significant.replace(/0+$/, '')
  return { digits, exponent: Number(exponent) - fraction.length + significant.length - digits.length }
}

/** A key that is equal for every spelling of a number (`1234567`, `1.234567e6`); undefined for 0 and for what is no number. */
export function numberKey(text: string): string | undefined {
  const decimal = decimalOf(text)
  return decimal === undefined || decimal.digits === '' ? undefined : `${decimal.digits}e${decimal.exponent}`
}

/** A number as most programs write it: without an exponent, and without zeros that say nothing. */
export function plainNumber(text: string): string | undefined {
  const { digits, exponent } = decimalOf(text) ?? { digits: '', exponent: 0 }
  if (digits === '' || Math.abs(exponent) > ZEROS_MAX) return undefined
  if (exponent >= 0) return digits + '0'.repeat(exponent)
  const padded = digits.padStart(1 - exponent, '0')
  return `${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
