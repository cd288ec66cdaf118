import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startKafka } from './kafka.ts'
import { createTopic, endOf, idsIn } from './kafka_reading.ts'
import { startOtelcol } from './otelcol.ts'
import type { ServerProcess } from './process.ts'
import { shipAll } from './ship.ts'

const EVENTS = 100_000
/** About what the Collector writes for one record. */
const RECORD_BYTES = 2250
const RETRY = { initial: '100ms', max: '1s' }

/** Stops the receiver and starts it again, after a third of the events and after two. */
async function stopTwice(server: ServerProcess, received: () => number | Promise<number>, ended: AbortSignal): Promise<void> {
  for (const part of [1 / 3, 2 / 3]) {
    while ((await received()) < EVENTS * part) {
      if (ended.aborted) throw new Error('the program ended before the receiver had been stopped twice')
      await pause(20)
    }
    await server.restart()
  }
}

/** What one list has and the other has not; the first few. */
function differences(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set(left).symmetricDifference(new Set(right))].slice(0, 5)
}

test(`${EVENTS} events from the API to Kafka, which is stopped twice on the way`, async () => {
  await using cluster = await startKafka()
  await createTopic(cluster, 'audit.acme')
  const { code, err, ids } = await shipAll({
    events: EVENTS,
    sinks: { kafka: { type: 'kafka', brokers: cluster.plain, topic: 'audit.{source}', retry: RETRY } },
    disturb: ended => stopTwice(cluster.brokers[0]!, () => endOf(cluster, 'audit.acme'), ended),
  })
  const received = idsIn(cluster, 'audit.acme')
  expect(differences(received.ids, ids)).toEqual([])
  expect(received.repeats).toBe(0)
  expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
})

test(`${EVENTS} events from the API to the Collector, which is stopped twice on the way`, async () => {
  await using collector = await startOtelcol()
  const { code, err, ids } = await shipAll({
    events: EVENTS,
    sinks: { otlp: { type: 'otlp', url: collector.url, retry: RETRY } },
    disturb: ended => stopTwice(collector, () => collector.written() / RECORD_BYTES, ended),
  })
  await collector.stop() // It writes down what it still holds.
  const received = await collector.ids()
  expect(differences(received, ids)).toEqual([])
  // A request whose answer was lost is sent again: at most those under way at each stop.
  expect(received.length - EVENTS).toBeLessThanOrEqual(2 * 4 * 500)
  expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
})
