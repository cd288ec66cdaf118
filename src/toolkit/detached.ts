import { LogEvent } from '../core/event.ts'

/**
 * The event with a text of its own. V8 keeps a whole string in memory for any slice of it, and texts are slices of an answer
 * or of a row of the journal: one event that is kept would keep the text of a hundred others. Texts came as UTF-8, so a
 * copy by way of UTF-8 is the same text.
 */
export function detached(event: LogEvent): LogEvent {
  const { source, stream, id, timeMs, receivedMs, text, body } = event
  return new LogEvent({ source, stream, id, timeMs, receivedMs, text: Buffer.from(text).toString(), body })
}
