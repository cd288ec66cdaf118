import { isIP } from 'node:net'
import { TABLE } from '../record/table.ts'
import { groupsOf } from './network.ts'
import { readingsOf } from './unescape.ts'

/** A shorter value is looked for as a whole alone: within other texts it would be found by chance. */
const PART_CHARS_MIN = 4

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

/** A value that has to go, and what comes in its place. */
interface Secret {
  readonly value: string
  readonly replacement: string
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
  readonly #ipv6 = new Map<string, string>()
  #charsMin = Number.POSITIVE_INFINITY
  #longest: readonly Secret[] | undefined
  #parts: RegExp | undefined

  add(value: string, replacement: string): void {
    const name = value.toLowerCase()
    if (value === '' || API_WORDS.has(name) || this.#all.has(name)) return
    this.#all.set(name, { value, replacement })
    const isIpv6 = isIP(value) === 6 && !value.includes('%')
    if (isIpv6) this.#ipv6.set(groupsOf(value).join(':'), replacement)
    this.#charsMin = Math.min(this.#charsMin, isIpv6 ? IPV6_CHARS_MIN : value.length)
    this.#longest = undefined
    this.#parts = undefined
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Where the values stand in a text, also in escapes: pieces that do not overlap, from left to right, of two the longer. */
  find(text: string): readonly Found[] {
    if (text.length < this.#charsMin) return NOWHERE
    const whole = this.#all.get(text.toLowerCase())
    if (whole !== undefined) return [{ start: 0, end: text.length, replacement: whole.replacement }]
    if (this.#longestFirst().length === 0 && this.#ipv6.size === 0) return NOWHERE
    const found = this.#partsOf(text)
    if (!/[\\%+]/.test(text)) return this.#ipv6.size === 0 ? found : apart(found)
    const inReadings = readingsOf(text).flatMap(reading =>
      this.#partsOf(reading.text).map(({ start, end, replacement }) => {
        return { start: reading.places[start]!, end: reading.places[end]!, replacement }
      }),
    )
    return apart([...found, ...inReadings])
  }

  #partsOf(text: string): readonly Found[] {
    const secrets = this.#longestFirst()
    this.#parts ??= patternOf(secrets)
    const addresses = this.#ipv6.size === 0 ? NOWHERE : this.#addressesIn(text)
    const parts =
      secrets.length === 0
        ? NOWHERE
        : Array.from(text.matchAll(this.#parts), match => {
            const index = match.findIndex((group, number) => number > 0 && group !== undefined) - 1
            return { start: match.index, end: match.index + match[0].length, replacement: secrets[index]!.replacement }
          })
    return addresses.length === 0 ? parts : [...parts, ...addresses]
  }

  #addressesIn(text: string): readonly Found[] {
    return [...text.matchAll(ADDRESS)].flatMap(({ 0: address, index }) => {
      const replacement = isIP(address) === 6 ? this.#ipv6.get(groupsOf(address).join(':')) : undefined
      return replacement === undefined ? [] : [{ start: index, end: index + address.length, replacement }]
    })
  }

  #longestFirst(): readonly Secret[] {
    this.#longest ??= [...this.#all.values()]
      .filter(({ value }) => value.length >= PART_CHARS_MIN)
      .sort((a, b) => b.value.length - a.value.length)
    return this.#longest
  }
}

/** Joins what overlaps into one piece, from the earliest begin to the latest end. */
function apart(found: readonly Found[]): readonly Found[] {
  const joined: Found[] = []
  for (const piece of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1)
    if (last === undefined || piece.start >= last.end) joined.push(piece)
    else if (piece.end > last.end) joined[joined.length - 1] = { ...last, end: piece.end }
  }
  return joined
}

/** A capturing group for each value: none has a repetition in it, so that no text can make it slow. */
function patternOf(secrets: readonly Secret[]): RegExp {
  return new RegExp(secrets.map(({ value }) => `(${bounded(value, escaped(value))})`).join('|'), 'gi')
}

const escaped = (value: string) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Another address that merely begins or ends alike is another address. */
function bounded(value: string, pattern: string): string {
  const kind = isIP(value)
  if (kind === 4) return `(?<![\\d.])${pattern}(?!\\.?\\d)`
  return kind === 6 ? `(?<![\\da-f:])${pattern}(?![\\da-f:])` : pattern
}
