import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kafka } from '../../src/sinks/kafka/index.ts'
import { FileText } from '../../src/toolkit/settings.ts'
import { idsOf, mapped } from '../support/events.ts'
import { temporaryFolder } from '../support/folder.ts'
import { ALICE, type KafkaCluster, startKafka } from './kafka.ts'
import { administer, createTopic, idsIn, messagesOf, topicsOf } from './kafka_reading.ts'
import { freePort } from './ports.ts'
import { openSink, ship, someEvents } from './shipping.ts'

const never = new AbortController().signal
let cluster: KafkaCluster

beforeAll(async () => {
  cluster = await startKafka()
  await createTopic(cluster, 'audit')
  await createTopic(cluster, 'denied')
  const acl = { resourceType: AclResourceTypes.TOPIC, resourcePatternType: ResourcePatternTypes.LITERAL, resourceName: 'denied' }
  await administer(cluster, admin =>
    admin.createAcls({
      acl: [{ ...acl, principal: 'User:bob', host: '*', operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW }],
    }),
  )
})

afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
})

const sasl = { mechanism: 'scram-sha-512', ...ALICE }
type Settings = Readonly<Record<string, unknown>>

/** What is wrong, as the operator may have written it; the error class, its code, and what it says. */
const refusals: readonly (readonly [string, () => Settings | Promise<Settings>, string, string, RegExp])[] = [
  [
    'a wrong password',
    () => ({ brokers: cluster.sasl, sasl: { ...sasl, password: 'wrong' } }),
    'BlockedError',
    'kafka.unauthorized',
    /sasl/,
  ],
  [
    'a wrong password of PLAIN',
    () => ({ brokers: cluster.sasl, sasl: { ...sasl, mechanism: 'plain', password: 'wrong' } }),
    'BlockedError',
    'kafka.unauthorized',
    /sasl/,
  ],
  ['an unknown user', () => ({ brokers: cluster.sasl, sasl: { ...sasl, username: 'eve' } }), 'BlockedError', 'kafka.unauthorized', /sasl/],
  ['an untrusted authority', () => ({ brokers: cluster.saslTls, sasl, tls: {} }), 'BlockedError', 'kafka.tls', /tls\.ca_file/],
  [
    'another authority',
    () => ({ brokers: cluster.saslTls, sasl, tls: { ca_file: cluster.stranger.ca } }),
    'BlockedError',
    'kafka.tls',
    /tls\.ca_file/,
  ],
  [
    'another name',
    () => ({ brokers: cluster.saslTls, sasl, tls: { ca_file: cluster.ca, server_name: 'elsewhere' } }),
    'BlockedError',
    'kafka.tls',
    /tls\.server_name/,
  ],
  [
    'no client certificate',
    () => ({ brokers: cluster.mutualTls, tls: { ca_file: cluster.ca } }),
    'BlockedError',
    'kafka.tls',
    /tls\.cert_file/,
  ],
  [
    "a stranger's client certificate",
    () => ({ brokers: cluster.mutualTls, tls: { ca_file: cluster.ca, cert_file: cluster.stranger.cert, key_file: cluster.stranger.key } }),
    'BlockedError',
    'kafka.tls',
    /tls\.cert_file/,
  ],
  ['no login where one is wanted', () => ({ brokers: cluster.sasl }), 'RetryableError', 'kafka.unreachable', /sasl/],
  ['no TLS where it is spoken', () => ({ brokers: cluster.mutualTls }), 'RetryableError', 'kafka.unreachable', /tls/],
  [
    'TLS where none is spoken',
    () => ({ brokers: cluster.plain, tls: { ca_file: cluster.ca } }),
    'RetryableError',
    'kafka.unreachable',
    /tls/,
  ],
  [
    'a port nobody listens on',
    async () => ({ brokers: [`127.0.0.1:${await freePort()}`] }),
    'RetryableError',
    'kafka.unreachable',
    /ECONNREFUSED/,
  ],
  ['a host nobody knows', () => ({ brokers: ['nowhere.invalid:9092'] }), 'RetryableError', 'kafka.unreachable', /ENOTFOUND|EAI_AGAIN/],
  [
    'a topic that is not there',
    () => ({ brokers: cluster.plain, topic: 'nowhere' }),
    'BlockedError',
    'kafka.unknown_topic',
    /topic nowhere.*create the topic/,
  ],
  [
    'a topic with the rights of others',
    () => ({ brokers: cluster.sasl, sasl, topic: 'denied' }),
    'BlockedError',
    'kafka.unauthorized',
    /topic denied.*WRITE/,
  ],
]

test.each(refusals)('%s is told by check and by write, and nothing is dropped', async (_, settings, className, code, message) => {
  await using opened = await openSink(kafka, { topic: 'audit', ...(await settings()) })
  const told = { name: className, code, message: expect.stringMatching(message) }
  await expect(opened.sink.check(never)).rejects.toMatchObject(told)
  await expect(opened.sink.write(someEvents(2), never)).rejects.toMatchObject(told)
})

test('a corrected password is taken without a restart', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'password')
  writeFileSync(file, 'wrong')
  await createTopic(cluster, 'rotated')
  await using opened = await openSink(kafka, { brokers: cluster.sasl, topic: 'rotated', sasl: { ...sasl, password: new FileText(file) } })
  const shipping = ship(opened.sink, someEvents(3), { batchEvents: 3 })
  await pause(1000)
  writeFileSync(file, `${ALICE.password}\n`)
  const { retries } = await shipping
  expect(new Set(retries)).toEqual(new Set(['kafka.unauthorized']))
  expect(idsIn(cluster, 'rotated')).toEqual({ ids: ['e0', 'e1', 'e2'], repeats: 0 })
})

test('a topic that appears is written to', async () => {
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'late' })
  const shipping = ship(opened.sink, someEvents(3), { batchEvents: 3 })
  await pause(700)
  await createTopic(cluster, 'late')
  const { retries } = await shipping
  expect(retries).toContain('kafka.unknown_topic')
  expect(idsIn(cluster, 'late')).toEqual({ ids: ['e0', 'e1', 'e2'], repeats: 0 })
})

test.each(['auto', false])(
  'a topic made anew with fewer partitions is written to: nothing goes to those that are gone (idempotent: %s)',
  async idempotent => {
    const topic = `remade-${idempotent}`
    await createTopic(cluster, topic, { partitions: 6 })
    await using opened = await openSink(kafka, { brokers: cluster.plain, topic, idempotent })
    await opened.sink.write(someEvents(60), never)
    await administer(cluster, admin => admin.deleteTopics({ topics: [topic] }))
    await expect.poll(() => topicsOf(cluster)).not.toContain(topic)
    await createTopic(cluster, topic, { partitions: 2 })
    const events = someEvents(60, 'f')
    expect((await ship(opened.sink, events, { batchEvents: 60 })).rejected).toEqual([])
    expect(idsIn(cluster, topic)).toEqual({ ids: idsOf(events).sort(), repeats: 0 })
  },
)

test('a message too large for the topic goes to the dead letters alone', async () => {
  await createTopic(cluster, 'small', { settings: { 'max.message.bytes': '20000' } })
  const large = mapped('large')
  const events = [
    ...someEvents(300),
    { ...large, json: JSON.stringify({ id: 'large', noise: Array.from({ length: 9000 }, () => Math.random()) }) },
    ...someEvents(300, 'f'),
  ]
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'small' })
  const { rejected } = await ship(opened.sink, events, { batchEvents: 700 })
  expect(rejected).toEqual([
    { event: expect.objectContaining({ event: large.event }), reason: expect.stringMatching(/topic small.*larger than the max/) },
  ])
  const expected = [...someEvents(300), ...someEvents(300, 'f')].map(({ event: { id } }) => id)
  expect(idsIn(cluster, 'small')).toEqual({ ids: expected.sort(), repeats: 0 })
})

test('a compacted topic blocks what has no key, and takes what has one', async () => {
  await createTopic(cluster, 'compacted', { settings: { 'cleanup.policy': 'compact' } })
  {
    await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'compacted', key: 'none' })
    await expect(opened.sink.write(someEvents(2), never)).rejects.toMatchObject({ name: 'BlockedError', code: 'kafka.keyless' })
  }
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'compacted', key: 'actor' })
  await opened.sink.write(someEvents(2), never)
  expect(idsIn(cluster, 'compacted').ids).toEqual(['e0', 'e1'])
})

test('a topic that takes no old times gets the time of sending', async () => {
  await createTopic(cluster, 'recent', { settings: { 'message.timestamp.before.max.ms': '60000' } })
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'recent', timestamp: 'event' })
  const startedMs = Date.now()
  expect((await ship(opened.sink, someEvents(20), { batchEvents: 10 })).rejected).toEqual([])
  expect(opened.logged.filter(line => line.startsWith('warn'))).toEqual([expect.stringContaining('time of sending')])
  const received = messagesOf(cluster, 'recent')
  expect(received.length).toBe(20)
  for (const { timestampMs } of received) expect(timestampMs).toBeGreaterThanOrEqual(startedMs)
})
