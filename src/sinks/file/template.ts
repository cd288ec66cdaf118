import { basename, dirname, extname, join, relative, sep } from 'node:path'
import type { StreamKey } from '../../core/context.ts'

/** The values that tell one series of files from another: those of the placeholders the template has. */
export type Series = StreamKey

/** A file whose name the template makes. */
export interface FoundFile {
  readonly path: string
  readonly series: Series
  /** Undefined: still written to. */
  readonly number: number | undefined
  readonly isGzip: boolean
  /** What is left of a compression that did not finish. */
  readonly isPartial: boolean
}

export interface PathTemplate {
  /** The folder before the first placeholder; it has to exist. */
  readonly base: string
  /** How many folders deep files stand below `base`. */
  readonly depth: number
  /** Whether the path has a new name every hour, or day. */
  readonly period: 'hour' | 'day' | undefined
  /** The series that events of this source and stream belong to. */
  seriesOf(event: Series): Series
  pathOf(series: Series, nowMs: number): string
  /** Undefined for a path that the template does not make. */
  match(path: string): FoundFile | undefined
}

export const PIECE = /\{[^}]*\}?|%./g
const NAMES = ['source', 'stream'] as const
const DATES: Readonly<Record<string, { readonly pattern: string; of(iso: string): string }>> = {
  '%Y': { pattern: String.raw`\d{4,6}`, of: iso => iso.slice(0, -20) },
  '%m': { pattern: String.raw`\d\d`, of: iso => iso.slice(-19, -17) },
  '%d': { pattern: String.raw`\d\d`, of: iso => iso.slice(-16, -14) },
  '%H': { pattern: String.raw`\d\d`, of: iso => iso.slice(-13, -11) },
}

/** What is wrong with a template, in the operator's words. */
export function templateFault(text: string): string | undefined {
  const unknown = (text.match(PIECE) ?? []).find(piece => !Object.hasOwn(DATES, piece) && !isName(piece))
  if (unknown !== undefined) return `${unknown} is no placeholder; there are {source}, {stream}, %Y, %m, %d and %H`
  if (text.endsWith('/') || text.endsWith(sep)) return 'expected the path of a file, not of a folder'
  if (['%m', '%d', '%H'].some(piece => text.includes(piece)) && !text.includes('%Y'))
    return 'a date without its year would come again: add %Y'
  return undefined
}

/** A closed file stands beside its place of writing, with a number: `audit.ndjson` → `audit.0001.ndjson`. */
export function numberedPath(path: string, number: number): string {
  const extension = extname(path)
  return join(dirname(path), `${basename(path, extension)}.${String(number).padStart(4, '0')}${extension}`)
}

/** `audit.0007.ndjson.gz` → `audit.ndjson` */
export function activePath({ path, number }: FoundFile): string {
  const plain = path.replace(/\.gz$/, '')
  return number === undefined ? plain : plain.replace(new RegExp(`\\.0*${number}(\\.[^.${sep}]*)?$`), '$1')
}

/** A template of the sink's path. It claims the files of `streams` alone; any other of such a name is somebody else's. */
export function pathTemplate(text: string, streams: readonly StreamKey[]): PathTemplate {
  const first = text.search(/\{|%/)
  const base = join(dirname(first < 0 ? text : `${text.slice(0, first)}x`))
  const pattern = new RegExp(`^${patternOf(text, streams)}$`)
  const used = NAMES.filter(name => text.includes(`{${name}}`))
  const only = (values: Partial<Record<string, string>>): Series => {
    const value = (name: (typeof NAMES)[number]) => (used.includes(name) ? legal(values[name] ?? '') : '')
    return { source: value('source'), stream: value('stream') }
  }
  const known = new Set(streams.map(stream => JSON.stringify(only({ ...stream }))))
  return {
    base,
    depth: relative(base, join(text)).split(sep).length,
    period: text.includes('%H') ? 'hour' : text.includes('%d') ? 'day' : undefined,
    seriesOf: ({ source, stream }) => only({ source, stream }),
    pathOf(series, nowMs) {
      const iso = new Date(nowMs).toISOString()
      return join(text.replace(PIECE, piece => DATES[piece]?.of(iso) ?? series[piece.slice(1, -1) as keyof Series]))
    },
    match(path) {
      const groups = pattern.exec(path)?.groups
      if (groups === undefined) return undefined
      const number = groups.number === undefined ? undefined : Number(groups.number)
      const isPartial = groups.partial !== undefined
      const isGzip = groups.gz !== undefined
      // Only a closed file is compressed: anything else of that name is not ours.
      if (number === undefined && (isGzip || isPartial)) return undefined
      const series = only(groups)
      return known.has(JSON.stringify(series)) || used.length === 0 ? { path, series, number, isGzip, isPartial } : undefined
    },
  }
}

function isName(piece: string): boolean {
  return NAMES.some(name => piece === `{${name}}`)
}

/** Of a value that is not ours to choose, one part of a path. */
function legal(value: string): string {
  const text = value.replace(/[^A-Za-z0-9._-]/g, '_')
  return /^(\.|$)/.test(text) ? `_${text}` : text
}

function patternOf(template: string, streams: readonly StreamKey[]): string {
  const path = join(template)
  const extension = extname(path)
  const stem = path.slice(0, path.length - extension.length)
  const seen = new Set<string>()
  const of = (text: string) => {
    const literals = text.split(PIECE).map(literal => RegExp.escape(literal))
    const pieces = (text.match(PIECE) ?? []).map(piece => {
      const date = DATES[piece]
      if (date !== undefined) return date.pattern
      const name = piece.slice(1, -1)
      if (seen.has(name)) return `\\k<${name}>`
      seen.add(name)
      const values = new Set(streams.map(stream => legal(stream[name as (typeof NAMES)[number]])))
      return `(?<${name}>${[...values].map(value => RegExp.escape(value)).join('|') || '(?!)'})`
    })
    return literals.map((literal, index) => literal + (pieces[index] ?? '')).join('')
  }
  return `${of(stem)}(?:\\.(?<number>\\d{4,}))?${of(extension)}(?<gz>\\.gz)?(?<partial>\\.partial)?`
}
