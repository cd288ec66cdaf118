import type { LogEvent } from '../../core/event.ts'
import { filled, hasPlaceholders, placeholderFault } from '../../toolkit/placeholders.ts'

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
  const fault = placeholderFault(template, Object.keys(PLACEHOLDERS))
  if (fault !== undefined) return fault
  return isLegal(filled(template, () => 'x'))
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
  if (!hasPlaceholders(template)) return { nameOf: () => template, only: template, pattern: template }
  return {
    nameOf: event => madeLegal(filled(template, name => PLACEHOLDERS[name]!(event))),
    only: undefined,
    pattern: filled(template, () => '*'),
  }
}

/** Ids of sources may have capital letters, and begin with what an index may not. */
function madeLegal(name: string): string {
  const legal = Buffer.from(name.toLowerCase().replace(/^[-_+]+/, ''))
  if (legal.length <= BYTES_MAX) return legal.toString()
  let end = BYTES_MAX
  while (isWithinCharacter(legal[end]!)) end--
  return legal.toString('utf8', 0, end)
}

/** Whether a byte of UTF-8 continues a character. */
const isWithinCharacter = (byte: number) => (byte & 0xc0) === 0x80

/** By the reference page of the create index API (elastic.co). */
function isLegal(name: string): boolean {
  return !/[A-Z\\/*?"<>|\s,#:]/.test(name) && !/^[-_+]/.test(name) && !/^\.{1,2}$/.test(name) && Buffer.byteLength(name) <= BYTES_MAX
}
