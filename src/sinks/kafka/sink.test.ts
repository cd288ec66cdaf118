import { expect, test } from 'vitest'
import { idsOf, mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { LogEvent } from '../../core/event.ts'
import { kafkaConfig } from './config.ts'
import { UnsentError } from './errors.ts'
import type { Group } from './groups.ts'
import { KafkaSink } from './sink.ts'

const never = new AbortController().signal
const [A, B] = [mapped('a'), mapped('b')]
const text = '{"id":"c","type":"login.failed"}'
const of = new LogEvent({ source: 'acme', stream: 'organization', id: 'c', timeMs: 0, receivedMs: 0, text })
const OF_ANOTHER = { event: of, document: of.body, json: text }
const answer = (type: string) => Object.assign(new Error(`the broker said ${type}`), { type })

/** A sink with a topic for each type, whose connections tell what they are asked for. `failures` are those of the topics. */
function stage({ mayTake = true } = {}) {
  const asked: string[] = []
  const failures = new Map<string, Error>()
  const partitionsFailures = new Map<string, Error>()
  let opened = 0
  const fail = (failure: Error | undefined) => {
    if (failure !== undefined) throw failure
  }
  const connect = () => {
    const name = ++opened
    return {
      idempotent: true,
      open: async () => {},
      partitions: async (topic: string) => {
        fail(partitionsFailures.get(topic))
        return 1
      },
      partitionFor: () => 0,
      mayTake: () => mayTake || name > 1,
      send: async ({ topic, events }: Group) => {
        asked.push(`${name} sends ${idsOf(events).join()}`)
        fail(failures.get(topic))
      },
      settle: ({ events }: Group) => void asked.push(`${name} settles ${idsOf(events).join()}`),
      close: async () => void asked.push(`${name} closes`),
    }
  }
  const config = kafkaConfig.parse({ brokers: ['b:9092'], topic: 'audit.{type}' })
  return { asked, failures, partitionsFailures, sink: new KafkaSink(config, sinkContext('kafka'), connect) }
}

test.each([
  ['that passes', answer('NOT_ENOUGH_REPLICAS'), ['1 sends a', '1 sends a']],
  ['that a new login may mend', answer('TOPIC_AUTHORIZATION_FAILED'), ['1 sends a', '1 closes', '2 sends a']],
  ['that spoils the count', answer('OUT_OF_ORDER_SEQUENCE_NUMBER'), ['1 sends a', '1 closes', '2 sends a']],
  ['of a partition that is not there', new UnsentError(0), ['1 sends a', '1 closes', '2 sends a']],
  ['that stored nothing', answer('INVALID_RECORD'), ['1 sends a', '1 settles a', '1 sends a']],
])('after a failure %s the next write goes over the connection that can be trusted', async (_, failure, told) => {
  const { sink, failures, asked } = stage()
  failures.set('audit.api_key.created', failure)
  await expect(sink.write([A], never)).rejects.toThrow()
  failures.clear()
  expect(await sink.write([A], never)).toEqual({ rejected: [], deferred: [] })
  expect(asked).toEqual(told)
})

test('what a count may not take goes over a new connection', async () => {
  const { sink, asked } = stage({ mayTake: false })
  await sink.write([A, B], never)
  expect(asked).toEqual(['1 closes', '2 sends a,b'])
})

test('a topic that nobody can be asked about holds its own events back, and no others', async () => {
  const { sink, partitionsFailures, asked } = stage()
  partitionsFailures.set('audit.api_key.created', answer('UNKNOWN_TOPIC_OR_PARTITION'))
  const { rejected, deferred } = await sink.write([A, OF_ANOTHER, B], never)
  expect([rejected, idsOf(deferred)]).toEqual([[], ['a', 'b']])
  expect(asked[0]).toBe('1 sends c')
  await expect(sink.write([A], never)).rejects.toMatchObject({ name: 'BlockedError', code: 'kafka.unknown_topic' })
})
