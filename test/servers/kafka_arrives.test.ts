import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kafka } from '../../src/sinks/kafka/index.ts'
import { ALICE, type KafkaCluster, startKafka } from './kafka.ts'
import { createTopic, messagesOf } from './kafka_reading.ts'
import { openSink, someEvents } from './shipping.ts'

const never = new AbortController().signal
let cluster: KafkaCluster

beforeAll(async () => {
  cluster = await startKafka()
})

afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
})

test.each(['none', 'gzip', 'zstd'] as const)('what is sent with compression %s arrives whole, in its partition', async compression => {
  const topic = `compression-${compression}`
  await createTopic(cluster, topic)
  const events = someEvents(500)
  await using opened = await openSink(
    kafka,
    { brokers: cluster.plain, topic, compression, timestamp: 'event', headers: { team: 'soc' } },
    'raw',
  )
  expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })

  const received = messagesOf(cluster, topic)
  const byId = new Map(received.map(message => [message.headers.event_id, message]))
  expect([received.length, byId.size]).toEqual([events.length, events.length])
  for (const { event, json } of events) {
    expect(byId.get(event.id)).toMatchObject({
      key: event.id,
      value: json,
      timestampMs: event.timeMs,
      headers: {
        event_id: event.id,
        event_time_ms: String(event.timeMs),
        event_type: 'api_key.created',
        source: 'acme',
        stream: 'organization',
        format: 'raw',
        content_type: 'application/json',
        team: 'soc',
      },
    })
  }
  expect(new Set(received.map(({ partition }) => partition)).size).toBe(3)
})

test('the topic follows the event, the key the source; events of one key stay in their order', async () => {
  await createTopic(cluster, 'audit.acme.api_key')
  const events = someEvents(100)
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'audit.{source}.{type_family}', key: 'org' })
  await opened.sink.write(events, never)
  const received = messagesOf(cluster, 'audit.acme.api_key')
  expect(new Set(received.map(({ key, partition }) => `${key} ${partition}`)).size).toBe(1)
  expect(received.map(({ headers }) => headers.event_id)).toEqual(events.map(({ event: { id } }) => id))
})

describe('ways in', () => {
  const login = (mechanism: string) => ({ mechanism, ...ALICE })
  const ways: readonly (readonly [string, () => Record<string, unknown>])[] = [
    ['SASL PLAIN', () => ({ brokers: cluster.sasl, sasl: login('plain') })],
    ['SCRAM-SHA-256', () => ({ brokers: cluster.sasl, sasl: login('scram-sha-256') })],
    [
      'SCRAM-SHA-512 over TLS',
      () => ({ brokers: cluster.saslTls, sasl: login('scram-sha-512'), tls: { ca_file: cluster.ca, min_version: '1.3' } }),
    ],
    [
      'a client certificate',
      () => ({ brokers: cluster.mutualTls, tls: { ca_file: cluster.ca, cert_file: cluster.client.cert, key_file: cluster.client.key } }),
    ],
    ['no idempotence', () => ({ brokers: cluster.plain, idempotent: false })],
  ]

  test('are taken, each with its own event', async () => {
    await createTopic(cluster, 'ways')
    for (const [name, settings] of ways) {
      await using opened = await openSink(kafka, { topic: 'ways', ...settings() })
      await opened.sink.check(never)
      await opened.sink.write(someEvents(1, name), never)
      expect(opened.logged.join('\n')).not.toContain(ALICE.password)
    }
    const ids = messagesOf(cluster, 'ways').map(({ headers }) => headers.event_id)
    expect(new Set(ids)).toEqual(new Set(ways.map(([name]) => `${name}0`)))
    expect(ids.length).toBe(ways.length)
  })
})
