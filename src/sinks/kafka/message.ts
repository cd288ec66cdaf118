import type { Message } from 'kafkajs'
import type { LogEvent } from '../../core/event.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { toRecord } from '../../record/record.ts'
import type { KafkaConfig } from './config.ts'
import { typeOf } from './topic.ts'

export type MessageOptions = Pick<KafkaConfig, 'key' | 'timestamp' | 'headers'> & { readonly format: string }

/** One event as a message: the document as JSON, and in the headers what a reader needs to route it unread. */
export function messageOf(mapped: MappedEvent, { key, timestamp, headers, format }: MessageOptions): Message {
  const { event } = mapped
  return {
    key: keyOf(event, key),
    value: mapped.utf8 === undefined ? mapped.json : Buffer.from(mapped.utf8),
    ...(timestamp === 'event' && { timestamp: String(event.timeMs) }),
    headers: {
      ...headers,
      event_id: event.id,
      event_time_ms: String(event.timeMs),
      event_type: typeOf(event),
      source: event.source,
      stream: event.stream,
      format,
      content_type: 'application/json',
    },
  }
}

function keyOf(event: LogEvent, kind: KafkaConfig['key']): string | null {
  if (kind === 'none') return null
  if (kind === 'org') return event.source
  if (kind === 'event_id') return event.id
  const { actor } = toRecord(event)
  return actor.id ?? actor.keyId ?? actor.email ?? event.id
}
