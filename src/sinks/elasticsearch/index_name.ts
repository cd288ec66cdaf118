import type { LogEvent } from '../../core/event.ts'

const BYTES_MAX = 255

const dateOf = ({ timeMs }: LogEvent, length: number) => new Date(timeMs).toISOString().slice(0, length).replaceAll('-', '.')

const PLACEHOLDERS: Readonly<Record<string, (event: LogEvent) => string>> = {
  source: event => event.source,
  stream: event => event.stream,
  day: event => dateOf(event, '2026-01-31'.length),
  month: event => dateOf(event, '2026-01'.length),
}

/** What is wrong with a template, in the operator's words. */
export function indexFault(template: string): string | undefined {
  const unknown = [...template.matchAll(/\{([^}]*)\}?/g)].find(
    ([piece, name]) => !piece.endsWith('}') || !Object.hasOwn(PLACEHOLDERS, name!),
  )
  if (unknown !== undefined) {
    const known = Object.keys(PLACEHOLDERS).map(name => `{${name}}`)
    return `${unknown[0]} is no placeholder; there are ${known.join(', ')}`
  }
  const text = template.replace(/\{[^}]*\}/g, 'x')
  return isLegal(text)
    ? undefined
    : 'expected the name of an index: lower case, without \\ / * ? " < > | , # : and white space, and not beginning with - _ or +'
}

export interface IndexTemplate {
  nameOf(event: LogEvent): string
  /** The name, when every event goes to the same. */
  readonly only: string | undefined
  /** Matches every name that can be made. */
  readonly pattern: string
}

export function indexTemplate(template: string): IndexTemplate {
  const pieces = template.split(/\{([^}]*)\}/)
  if (pieces.length === 1) return { nameOf: () => template, only: template, pattern: template }
  return {
    nameOf: event => madeLegal(pieces.map((piece, index) => (index % 2 === 0 ? piece : PLACEHOLDERS[piece]!(event))).join('')),
    only: undefined,
    pattern: pieces.map((piece, index) => (index % 2 === 0 ? piece : '*')).join(''),
  }
}

/** Ids of sources may have capital letters, and begin with what an index may not. */
function madeLegal(name: string): string {
  return name
    .toLowerCase()
    .replace(/^[-_+]+/, '')
    .slice(0, BYTES_MAX)
}

/** By the reference page of the create index API (elastic.co). */
function isLegal(name: string): boolean {
  return !/[A-Z\\/*?"<>|\s,#:]/.test(name) && !/^[-_+]/.test(name) && !/^\.{1,2}$/.test(name) && Buffer.byteLength(name) <= BYTES_MAX
}
