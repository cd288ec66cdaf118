import { LogEvent } from '../core/event.ts'

/**
 * The event with a text of its own. A piece of a string keeps the whole of it in memory, and texts are pieces of an answer or
 * of a row of the journal: one event among a hundred that nobody keeps would hold on to all of them. What was received
 * and stored is UTF-8, which copies as it is.
 */
export function detached(event: LogEvent): LogEvent {
  const { source, stream, id, timeMs, receivedMs, text, body } = event
  return new LogEvent({ source, stream, id, timeMs, receivedMs, text: Buffer.from(text).toString(), body })
}
