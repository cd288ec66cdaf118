import { isIP } from 'node:net'
import { TABLE } from '../record/table.ts'
import { addressKey } from './network.ts'
import { folded, numberKey, patternOf, piecesOf, plainNumber } from './spelling.ts'
import { readingsOf } from './unescape.ts'

/** A shorter value is found only where it is the whole text: within other texts it would be found by chance. */
const PART_CHARS_MIN = 4
/** The longest text that may be such a short value, with its marks apart and white space around it. */
const SHORT_CHARS_MAX = 32

/**
 * Words of the API itself. Who is called `owner` or `login.failed` must not make roles and types unreadable: such a
 * value is redacted where it stands, and tells nothing of anybody anywhere else.
 */
const API_WORDS: ReadonlySet<string> = new Set([
  ...TABLE.flatMap(({ type, entity }) => [type, type.replaceAll('.', '_'), ...type.split('.'), entity.toLowerCase()]),
  ...TABLE.map(({ entity }) => entity.toLowerCase().replaceAll(' ', '_')),
  ...(
    'organization organization.audit_log session user service_account api_key group owner admin administrator member reader ' +
    'viewer editor all none true false null enabled disabled active inactive data'
  ).split(' '),
])

const IPV6_CHARS_MIN = 2
/** What may be an IPv6 address, without a full stop after it or a colon before it. */
const ADDRESS = /(?:::)?[\da-f](?:[\da-f:.]{0,43}[\da-f])?(?:::)?|::/gi
const LETTER = /[a-z_]/i
/** Every spelling of an IPv4 address within IPv6 has this in it. */
const EMBEDDING = /ffff:/i
/** A shorter number is neither looked for nor found elsewhere; nor are `true` and `false`: they stand for nobody. */
export const NUMBER_CHARS_MIN = 6

/** A value that has to go, and what comes in its place. */
interface Secret {
  readonly value: string
  readonly replacement: string
  /** Whether it is a piece of a value that is too long for one pattern. */
  readonly isPiece?: boolean
}

interface Found {
  readonly start: number
  readonly end: number
  readonly replacement: string
}

const NOWHERE: readonly Found[] = []

/** The values of one event that have to go wherever they stand. */
export class Secrets {
  readonly #all = new Map<string, Secret>()
  /** By their groups: one address has many spellings. */
  readonly #addresses = new Map<string, string>()
  readonly #numbers = new Map<string, string>()
  #hasIpv6 = false
  #hasShort = false
  #hasSpace = false
  #charsMin = Number.POSITIVE_INFINITY
  #longest: readonly Secret[] | undefined
  #parts: RegExp | undefined

  add(value: string, replacement: string): void {
    const name = folded(value)
    if (name === '' || API_WORDS.has(name) || this.#all.has(name)) return
    const sought = value.trim()
    this.#all.set(name, { value: sought, replacement })
    const address = addressKey(sought)
    if (address !== undefined) this.#addresses.set(address, replacement)
    const isIpv6 = address !== undefined && sought.includes(':')
    this.#hasIpv6 ||= isIpv6
    this.#hasShort ||= name.length < PART_CHARS_MIN
    this.#hasSpace ||= sought.includes(' ')
    this.#charsMin = Math.min(this.#charsMin, isIpv6 ? IPV6_CHARS_MIN : sought.length, name.length)
    this.#longest = undefined
    this.#parts = undefined
    if (sought.length >= NUMBER_CHARS_MIN) this.#addNumber(sought, replacement)
    if (isIpv6 && isIP(address) === 4) this.add(address, replacement)
  }

  #addNumber(value: string, replacement: string): void {
    const key = numberKey(value)
    if (key === undefined) return
    this.#numbers.set(key, replacement)
    const plain = plainNumber(value)
    if (plain !== undefined && plain.length >= NUMBER_CHARS_MIN) this.add(plain, replacement)
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Where the values stand in a text, also in escapes: pieces that do not overlap, from left to right, of two the longer. */
  find(text: string): readonly Found[] {
    const whole = this.#wholeOf(text) ?? this.#numberOf(text)
    if (whole !== undefined) return [{ start: 0, end: text.length, replacement: whole }]
    if (text.length < this.#charsMin || (this.#longestFirst().length === 0 && this.#addresses.size === 0)) return NOWHERE
    const found = this.#partsOf(text)
    const inReadings = readingsOf(text, this.#hasSpace).flatMap(reading =>
      this.#partsOf(reading.text).map(({ start, end, replacement }) => {
        return { start: reading.places[start]!, end: reading.places[end]!, replacement }
      }),
    )
    return inReadings.length === 0 && this.#addresses.size === 0 ? found : apart([...found, ...inReadings])
  }

  /** The replacement of a number, however it is spelled. One that holds a value is replaced whole: a part would be no number. */
  findNumber(text: string): string | undefined {
    return this.#numberOf(text) ?? (text.length < NUMBER_CHARS_MIN ? undefined : this.find(text)[0]?.replacement)
  }

  #numberOf(text: string): string | undefined {
    return this.#numbers.size === 0 ? undefined : this.#numbers.get(numberKey(text) ?? '')
  }

  /** The replacement of a text that is a value from end to end; with many values far faster than a search for each. */
  #wholeOf(text: string): string | undefined {
    if (text.length < this.#charsMin) return undefined
    const name = this.#hasShort && text.length <= SHORT_CHARS_MAX ? folded(text) : text.toLowerCase()
    return this.#all.get(name)?.replacement
  }

  #partsOf(text: string): readonly Found[] {
    const secrets = this.#longestFirst()
    this.#parts ??= new RegExp(secrets.map(({ value }) => `(${bounded(value, patternOf(value))})`).join('|'), 'gi')
    const mayHoldAddress = this.#hasIpv6 || (this.#addresses.size > 0 && EMBEDDING.test(text))
    const addresses = mayHoldAddress ? this.#addressesIn(text) : NOWHERE
    const parts = secrets.length === 0 ? NOWHERE : this.#valuesIn(text, this.#parts, secrets)
    return addresses.length === 0 ? parts : [...parts, ...addresses]
  }

  #valuesIn(text: string, parts: RegExp, secrets: readonly Secret[]): readonly Found[] {
    const found: Found[] = []
    for (const match of text.matchAll(parts)) {
      const { replacement, isPiece } = secrets[match.findIndex((group, number) => number > 0 && group !== undefined) - 1]!
      const piece = { start: match.index, end: match.index + match[0].length, replacement }
      const last = found.at(-1)
      if (isPiece === true && last?.end === piece.start && last.replacement === replacement)
        found[found.length - 1] = { ...piece, start: last.start }
      else found.push(piece)
    }
    return found
  }

  #addressesIn(text: string): readonly Found[] {
    return [...text.matchAll(ADDRESS)].flatMap(({ 0: address, index }) => {
      for (const { start, end } of addressSpans(text, address, index)) {
        const piece = text.slice(start, end)
        const replacement = isIP(piece) === 6 ? this.#addresses.get(addressKey(piece)!) : undefined
        if (replacement !== undefined) return [{ start, end, replacement }]
      }
      return []
    })
  }

  #longestFirst(): readonly Secret[] {
    this.#longest ??= [...this.#all.values()]
      .filter(({ value }) => value.length >= PART_CHARS_MIN)
      .flatMap(secret => {
        const pieces = piecesOf(secret.value)
        return pieces.length === 1 ? [secret] : pieces.map(value => ({ ...secret, value, isPiece: true }))
      })
      .sort((a, b) => b.value.length - a.value.length)
    return this.#longest
  }
}

/** The parts of a piece that may be an address: also without the end of a word before it (`source:`), and the start of one after it. */
function* addressSpans(text: string, piece: string, start: number): Generator<{ readonly start: number; readonly end: number }> {
  if (!piece.includes(':')) return
  const end = start + piece.length
  const before = LETTER.test(text[start - 1] ?? '') ? (/^[\da-f]+:/i.exec(piece)?.[0].length ?? 0) : 0
  const after = LETTER.test(text[end] ?? '') ? (/:[\da-f]+$/i.exec(piece)?.[0].length ?? 0) : 0
  yield { start, end }
  if (before > 0) yield { start: start + before, end }
  if (after > 0) yield { start, end: end - after }
  if (before > 0 && after > 0) yield { start: start + before, end: end - after }
}

/** Joins pieces that overlap, from the earliest start to the latest end. */
function apart(found: readonly Found[]): readonly Found[] {
  const joined: Found[] = []
  for (const piece of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1)
    if (last === undefined || piece.start >= last.end) joined.push(piece)
    else if (piece.end > last.end) joined[joined.length - 1] = { ...last, end: piece.end }
  }
  return joined
}

/** Keeps the pattern of an address from matching within a longer one. */
function bounded(value: string, pattern: string): string {
  const kind = isIP(value)
  if (kind === 4) return `(?<![\\d.])${pattern}(?!\\.?\\d)`
  return kind === 6 ? `(?<![\\da-f:])${pattern}(?![\\da-f:])` : pattern
}
