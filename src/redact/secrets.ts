import { isIP } from 'node:net'
import { TABLE } from '../record/table.ts'

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
  #charsMin = Number.POSITIVE_INFINITY
  #longest: readonly Secret[] | undefined
  #parts: RegExp | undefined
  #spelled: RegExp | undefined

  add(value: string, replacement: string): void {
    const name = value.toLowerCase()
    if (value === '' || API_WORDS.has(name) || this.#all.has(name)) return
    this.#all.set(name, { value, replacement })
    this.#charsMin = Math.min(this.#charsMin, value.length)
    this.#longest = undefined
    this.#parts = undefined
    this.#spelled = undefined
  }

  get isEmpty(): boolean {
    return this.#all.size === 0
  }

  /** Where the values stand in a text: pieces that do not overlap, from left to right, the longest value first. */
  find(text: string): readonly Found[] {
    if (text.length < this.#charsMin) return NOWHERE
    const whole = this.#all.get(text.toLowerCase())
    if (whole !== undefined) return [{ start: 0, end: text.length, replacement: whole.replacement }]
    const parts = this.#patternFor(text)
    if (parts === undefined) return NOWHERE
    return [...text.matchAll(parts)].map(match => {
      const index = match.slice(1).findIndex(group => group !== undefined)
      return { start: match.index, end: match.index + match[0].length, replacement: this.#longestFirst()[index]!.replacement }
    })
  }

  /** A text with escapes in it may spell a value in them: JSON within a text, a part of a URL. */
  #patternFor(text: string): RegExp | undefined {
    if (this.#longestFirst().length === 0) return undefined
    if (/[\\%]/.test(text)) {
      this.#spelled ??= patternOf(this.#longestFirst(), spellings)
      return this.#spelled
    }
    this.#parts ??= patternOf(this.#longestFirst(), escaped)
    return this.#parts
  }

  #longestFirst(): readonly Secret[] {
    this.#longest ??= [...this.#all.values()]
      .filter(({ value }) => value.length >= PART_CHARS_MIN)
      .sort((a, b) => b.value.length - a.value.length)
    return this.#longest
  }
}

/** A capturing group for each value. */
function patternOf(secrets: readonly Secret[], spell: (character: string) => string): RegExp {
  const groups = secrets.map(({ value }) => `(${bounded(value, value.split('').map(spell).join(''))})`)
  return new RegExp(groups.join('|'), 'gi')
}

const escaped = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** Another address that merely begins or ends alike is another address. */
function bounded(value: string, pattern: string): string {
  const kind = isIP(value)
  if (kind === 4) return `(?<![\\d.])${pattern}(?!\\.?\\d)`
  return kind === 6 ? `(?<![\\da-f:])${pattern}(?![\\da-f:])` : pattern
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f', '"': '"', '/': '/' }

/** A character as it is, as JSON may escape it however often, and as a URL may. */
function spellings(character: string): string {
  const hex = character.charCodeAt(0).toString(16).padStart(4, '0')
  const ways = [character === '\\' ? '\\\\+' : escaped(character), `\\\\+u${hex}`]
  const short = ESCAPES[character]
  if (short !== undefined) ways.push(`\\\\+${escaped(short)}`)
  const percent = percentOf(character)
  if (percent !== undefined) ways.push(percent)
  return `(?:${ways.join('|')})`
}

/** `%40`; undefined for half of a pair, which no URL has. */
function percentOf(character: string): string | undefined {
  if (!character.isWellFormed()) return undefined
  return [...Buffer.from(character)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
}
