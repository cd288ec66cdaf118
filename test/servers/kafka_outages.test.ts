import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { kafka } from '../../src/sinks/kafka/index.ts'
import { ALICE, startKafka } from './kafka.ts'
import { administer, createTopic, idsIn } from './kafka_reading.ts'
import { freePort } from './ports.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startToxiproxy } from './toxiproxy.ts'

const never = new AbortController().signal

/** Ids of `someEvents`, in the order of `idsIn`. */
const idsOf = (count: number) =>
  someEvents(count)
    .map(({ event: { id } }) => id)
    .sort()

describe('one broker', () => {
  test('killed and stopped on the way, nothing is missing, and what a retry sends twice is there once', async () => {
    await using cluster = await startKafka()
    await createTopic(cluster, 'audit')
    const [broker] = cluster.brokers as [(typeof cluster.brokers)[0]]
    await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'audit' })
    let restarting = Promise.resolve()
    const shipment = await ship(opened.sink, someEvents(20_000), {
      batchEvents: 500,
      before(batch) {
        if (batch === 10) restarting = broker.kill().then(() => broker.start())
        if (batch === 25) restarting = broker.restart()
      },
    })
    await restarting
    expect(shipment.rejected).toEqual([])
    expect(shipment.retries.length).toBeGreaterThan(1)
    expect(idsIn(cluster, 'audit')).toEqual({ ids: idsOf(20_000), repeats: 0 })
  })

  test('that answers nobody is given up after the timeout, and at once on a stop', async () => {
    await using cluster = await startKafka()
    await createTopic(cluster, 'audit')
    await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'audit', timeout: '1s' })
    await opened.sink.write(someEvents(10), never)
    await cluster.brokers[0]!.freeze()
    await expect(opened.sink.write(someEvents(10, 'f'), never)).rejects.toMatchObject({ name: 'RetryableError', code: 'kafka.timeout' })
    const stop = new AbortController()
    const stopped = opened.sink.write(someEvents(10, 'f'), stop.signal)
    stop.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow('stopped')
    const checked = opened.sink.check(AbortSignal.timeout(100))
    await expect(checked).rejects.toMatchObject({ name: 'TimeoutError' })
    cluster.brokers[0]!.thaw()
    expect((await ship(opened.sink, someEvents(10, 'f'), { batchEvents: 10 })).rejected).toEqual([])
    expect(idsIn(cluster, 'audit').ids.length).toBe(20)
  })

  test('whose answer is lost takes other messages than before as new, and the same ones once', async () => {
    await using toxiproxy = await startToxiproxy()
    const port = await freePort()
    await using cluster = await startKafka({ settings: { 'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}` } })
    const link = await toxiproxy.link(cluster.plain[0]!, port)
    await createTopic(cluster, 'audit', { partitions: 1 })
    await using opened = await openSink(kafka, { brokers: [link.address], topic: 'audit' })
    const [first, lost, other] = ['a', 'b', 'c'].map(name => someEvents(10, name)) as [MappedEvent[], MappedEvent[], MappedEvent[]]
    await opened.sink.write(first, never)
    await link.add({ type: 'timeout', attributes: { timeout: 100 } })
    await expect(opened.sink.write(lost, never)).rejects.toMatchObject({ name: 'RetryableError', code: 'kafka.unreachable' })
    await link.heal()
    await ship(opened.sink, lost, { batchEvents: 10 })
    expect(idsIn(cluster, 'audit')).toMatchObject({ ids: { length: 20 }, repeats: 0 })

    const lostAgain = someEvents(10, 'd')
    await link.add({ type: 'timeout', attributes: { timeout: 100 } })
    await expect(opened.sink.write(lostAgain, never)).rejects.toMatchObject({ code: 'kafka.unreachable' })
    await link.heal()
    await ship(opened.sink, other, { batchEvents: 10 })
    await ship(opened.sink, lostAgain, { batchEvents: 10 })
    expect(idsIn(cluster, 'audit').ids).toEqual([...first, ...lost, ...other, ...lostAgain].map(({ event: { id } }) => id).sort())
  })

  test('that refuses a producer id is written to without one, if asked for no more than `auto`', async () => {
    await using cluster = await startKafka()
    await createTopic(cluster, 'audit')
    const acl = { principal: 'User:alice', host: '*', permissionType: AclPermissionTypes.DENY, operation: AclOperationTypes.WRITE }
    const everyTopic = { resourceType: AclResourceTypes.TOPIC, resourcePatternType: ResourcePatternTypes.LITERAL, resourceName: '*' }
    await administer(cluster, admin => admin.createAcls({ acl: [{ ...acl, ...everyTopic }] }))
    await administer(cluster, admin =>
      admin.createAcls({
        acl: [
          {
            ...acl,
            operation: AclOperationTypes.IDEMPOTENT_WRITE,
            resourceType: AclResourceTypes.CLUSTER,
            resourcePatternType: ResourcePatternTypes.LITERAL,
            resourceName: 'kafka-cluster',
          },
        ],
      }),
    )
    const settings = { brokers: cluster.sasl, topic: 'audit', sasl: { mechanism: 'plain', ...ALICE } }
    {
      await using opened = await openSink(kafka, { ...settings, idempotent: true })
      await expect(opened.sink.write(someEvents(1), never)).rejects.toMatchObject({
        name: 'BlockedError',
        message: expect.stringContaining('IDEMPOTENT_WRITE'),
      })
    }
    await using opened = await openSink(kafka, settings)
    // The topic refuses it as well: a right to write anywhere would be a right to a producer id.
    await expect(opened.sink.write(someEvents(1), never)).rejects.toMatchObject({
      name: 'BlockedError',
      message: expect.stringContaining('topic audit'),
    })
    expect(opened.logged.filter(line => line.startsWith('warn'))).toEqual([expect.stringContaining('no producer id')])
  })
})

test('three brokers, of which the leaders are killed and stopped in turn: nothing is missing', async () => {
  await using cluster = await startKafka({ nodes: 3 })
  await createTopic(cluster, 'audit', { partitions: 6 })
  await createTopic(cluster, 'strict', { settings: { 'min.insync.replicas': '3' } })
  await using opened = await openSink(kafka, { brokers: cluster.plain, topic: 'audit' })
  let restarting = Promise.resolve()
  const shipment = await ship(opened.sink, someEvents(20_000), {
    batchEvents: 500,
    async before(batch) {
      const broker = cluster.brokers[batch === 10 ? 0 : 1]!
      if (batch === 10) await broker.kill()
      if (batch === 15) {
        await using strict = await openSink(kafka, { brokers: cluster.plain, topic: 'strict', timeout: '5s' })
        const refused = { name: 'RetryableError', code: 'kafka.busy', message: expect.stringContaining('topic strict') }
        await expect(strict.sink.write(someEvents(1), never)).rejects.toMatchObject(refused)
        restarting = cluster.brokers[0]!.start()
      }
      if (batch === 25) {
        await restarting
        restarting = broker.restart()
      }
    },
  })
  await restarting
  expect(shipment.rejected).toEqual([])
  // A new leader may not know of a batch whose answer was lost with the old one.
  const { ids, repeats } = idsIn(cluster, 'audit')
  expect(ids).toEqual(idsOf(20_000))
  expect(repeats).toBeLessThanOrEqual(1000)
})
