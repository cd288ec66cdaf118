import type { LogEvent } from '../../core/event.ts'
import { typeOf as typeOfRecord } from '../../record/shape.ts'
import { filled, hasPlaceholders, placeholderFault } from '../../toolkit/placeholders.ts'

/** Kafka's own limit. */
const TOPIC_CHARS_MAX = 249

const PLACEHOLDERS: Readonly<Record<string, (event: LogEvent) => string>> = {
  source: event => event.source,
  stream: event => event.stream,
  type: typeOf,
  type_family: event => typeOf(event).split('.', 1)[0]!,
}

/** The record's type as received; empty if it has none. */
export function typeOf({ body }: LogEvent): string {
  return typeOfRecord(body)
}

/** What is wrong with a template, in the operator's words. */
export function topicFault(template: string): string | undefined {
  return placeholderFault(template, Object.keys(PLACEHOLDERS))
}

export interface TopicTemplate {
  topicOf(event: LogEvent): string
  /** The topic, when every event goes to the same. */
  readonly only: string | undefined
}

export function topicTemplate(template: string): TopicTemplate {
  if (hasPlaceholders(template)) {
    return { topicOf: event => legal(filled(template, name => PLACEHOLDERS[name]!(event) || 'unknown')), only: undefined }
  }
  const only = legal(template)
  return { topicOf: () => only, only }
}

/** Letters, digits, `.`, `_` and `-`, at most 249, and not `.` or `..`: Kafka takes nothing else. */
function legal(name: string): string {
  const text = name.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, TOPIC_CHARS_MAX)
  return /^\.{0,2}$/.test(text) ? `_${text}` : text
}
