import { hash } from 'node:crypto'
import { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import { shapeOf } from './shape.ts'
import { number, text } from './values.ts'

/** The last moment that nanoseconds since 1970 in 64 bits can tell, which OpenTelemetry writes: in 2554. */
const TIME_MS_MAX = 18_446_744_073_709

/** Whether every format can write the moment, in ms since 1970. */
export function isTime(ms: number): boolean {
  return ms >= 0 && ms <= TIME_MS_MAX
}

export interface ReceivedFields {
  readonly source: string
  readonly stream: string
  /** When this program first had it, in ms since 1970. */
  readonly receivedMs: number
  /** One JSON object, as it stood in the answer. */
  readonly text: string
  readonly body: JsonObject
}

/**
 * The event of a record as it was received. A record without an id gets one made from its text, so that a
 * second delivery gets the same; one without a time gets that of the poll.
 */
export function receivedEvent(fields: ReceivedFields): LogEvent {
  const { body, receivedMs } = fields
  return new LogEvent({
    ...fields,
    id: text(body.id) ?? `sha256-${hash('sha256', fields.text).slice(0, 32)}`,
    timeMs: timeMsOf(body) ?? receivedMs,
  })
}

/** Whether an event's time is its record's own; otherwise it is that of the poll, and another with every listing. */
export function hasOwnTime(event: LogEvent): boolean {
  return event.timeMs !== event.receivedMs || timeMsOf(event.body) !== undefined
}

function timeMsOf(body: JsonObject): number | undefined {
  const seconds = number(body[shapeOf(body).timeField])
  const timeMs = seconds === undefined ? undefined : Math.round(seconds * 1000)
  return timeMs !== undefined && isTime(timeMs) ? timeMs : undefined
}
