import { expect, test } from 'vitest'
import PACKAGE from '../../../package.json' with { type: 'json' }
import { LogEvent } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import { createRecords, sendable } from './records.ts'

const event = new LogEvent({
  source: 'acme',
  stream: 'organization',
  id: 'e1',
  timeMs: 1_770_979_925_123,
  receivedMs: 1_770_979_990_000,
  text: '{"id":"e1","type":"login.failed"}',
})
const mapped = (document: JsonObject) => ({ event, document, json: JSON.stringify(document) })
const none = { resource: {}, body: 'structured' } as const

test('an otel document has every field in its place', () => {
  const document = {
    timeUnixNano: '1770979925123000000',
    observedTimeUnixNano: '1770979990000000001',
    severityNumber: 10,
    eventName: 'openai.audit.login.failed',
    body: 'ada: login.failed',
    attributes: { 'log.record.uid': 'e1', nested: { list: [1, null, { deep: true }] } },
    resource: { 'service.name': 'openai-audit-logs', 'openai.organization.id': 'org-1' },
  }
  const { resource, ...record } = createRecords({ ...none, format: 'otel', resource: { env: 'test' } })(mapped(document))
  expect(resource.attributes).toEqual({ ...document.resource, env: 'test' })
  expect(record).toEqual({
    hrTime: [1_770_979_925, 123_000_000],
    hrTimeObserved: [1_770_979_990, 1],
    severityNumber: 10,
    eventName: 'openai.audit.login.failed',
    body: 'ada: login.failed',
    attributes: document.attributes,
    instrumentationScope: { name: 'tailrace', version: PACKAGE.version },
    droppedAttributesCount: 0,
  })
})

test('an unknown time stays unknown', () => {
  expect(createRecords({ ...none, format: 'otel' })(mapped({ timeUnixNano: '0', attributes: {} })).hrTime).toEqual([0, 0])
})

test.each([
  ['structured', { a: 1 }],
  ['json', '{"a":1}'],
] as const)('another format is the body, %s', (body, expected) => {
  expect(createRecords({ resource: {}, body, format: 'ecs' })(mapped({ a: 1 }))).toMatchObject({
    hrTime: [1_770_979_925, 123_000_000],
    eventName: 'openai.audit.login.failed',
    body: expected,
    attributes: { 'log.record.uid': 'e1', 'tailrace.source': 'acme', 'tailrace.format': 'ecs' },
    resource: { attributes: { 'service.name': 'openai-audit-logs' } },
  })
})

test('the type of a record of the older log is its name too', () => {
  const { source, stream, id, timeMs, receivedMs } = event
  const older = new LogEvent({ source, stream, id, timeMs, receivedMs, text: '{"id":"e1","event":"login.failed","created_at":1770979925}' })
  const recordOf = createRecords({ ...none, format: 'ecs' })
  expect(recordOf({ ...mapped({}), event: older }).eventName).toBe('openai.audit.login.failed')
})

test('records of one organization share a resource, others have their own', () => {
  const recordOf = createRecords({ ...none, format: 'otel' })
  const of = (id: string) => recordOf(mapped({ attributes: {}, resource: { id } })).resource
  expect(of('a')).toBe(of('a'))
  expect(of('a')).not.toBe(of('b'))
  for (let index = 0; index < 3000; index++) of(String(index))
  expect(of('a').attributes).toEqual({ id: 'a' })
})

test.each([
  [1.5, 1.5],
  [2 ** 53 - 1, 2 ** 53 - 1],
  [2 ** 53, '9007199254740992'],
  [-1e300, '-1e+300'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [null, null],
  [{ a: undefined, b: [1e21, 'x'] }, { b: ['1e+21', 'x'] }],
])('%j is sent as %j', (value, sent) => {
  expect(sendable(value)).toStrictEqual(sent)
})
