import { LogEvent } from '../../src/core/event.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { EventEncoder } from '../../src/service/encoded_event.ts'

/** An event whose text says nothing but its id. */
export function event(id: string, timeMs = 0): LogEvent {
  return new LogEvent({
    source: 'acme',
    stream: 'organization',
    id,
    timeMs,
    receivedMs: timeMs,
    text: JSON.stringify({ id, type: 'api_key.created', effective_at: timeMs / 1000 }),
  })
}

/** An event as the `raw` format sends it. */
export function mapped(id: string, timeMs = 0, held: 'as text' | 'as bytes' = 'as text'): MappedEvent {
  const original = event(id, timeMs)
  const asText = { event: original, document: original.body, json: original.text }
  return held === 'as text' ? asText : new EventEncoder().encode(asText, original)
}

export const idsOf = (events: readonly MappedEvent[]) => events.map(({ event: { id } }) => id)
