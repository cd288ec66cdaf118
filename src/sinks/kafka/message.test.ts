import { expect, test } from 'vitest'
import { LogEvent } from '../../core/event.ts'
import type { JsonValue } from '../../core/json.ts'
import { messageOf } from './message.ts'

function mapped(actor: JsonValue) {
  const event = new LogEvent({
    source: 'acme',
    stream: 'organization',
    id: 'e1',
    timeMs: 1_700_000_000_000,
    receivedMs: 0,
    text: JSON.stringify({ id: 'e1', type: 'login.failed', actor }),
  })
  return { event, document: { mapped: true }, json: '{"mapped":true}' }
}

const options = { key: 'event_id', timestamp: 'sent', headers: {}, format: 'ecs' } as const

test('the document is the value; what routes it is in the headers, and no constant header hides it', () => {
  expect(messageOf(mapped(null), { ...options, headers: { team: 'soc', source: 'mine' } })).toEqual({
    key: 'e1',
    value: '{"mapped":true}',
    headers: {
      team: 'soc',
      event_id: 'e1',
      event_time_ms: '1700000000000',
      event_type: 'login.failed',
      source: 'acme',
      stream: 'organization',
      format: 'ecs',
      content_type: 'application/json',
    },
  })
  expect(messageOf(mapped(null), { ...options, timestamp: 'event' }).timestamp).toBe('1700000000000')
})

test.each([
  ['event_id', null, 'e1'],
  ['none', null, null],
  ['org', null, 'acme'],
  ['actor', { type: 'session', session: { user: { id: 'user-1', email: 'a@example.com' } } }, 'user-1'],
  ['actor', { type: 'session', session: { user: { email: 'a@example.com' } } }, 'a@example.com'],
  ['actor', { type: 'api_key', api_key: { id: 'key-1', type: 'service_account', service_account: { id: 'sa-1' } } }, 'sa-1'],
  ['actor', { type: 'api_key', api_key: { id: 'key-1' } }, 'key-1'],
  ['actor', null, 'e1'],
  ['actor', 'nonsense', 'e1'],
] as const)('key %s of %j is %s', (key, actor, expected) => {
  expect(messageOf(mapped(actor as JsonValue), { ...options, key }).key).toBe(expected)
})
