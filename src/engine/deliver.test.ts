import { expect, test } from 'vitest'
import { idsOf, mapped } from '../../test/support/events.ts'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../core/errors.ts'
import type { MappedEvent } from '../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../core/sink.ts'
import { createDeliver } from './deliver.ts'

type Answer = WriteResult | Error | ((events: readonly MappedEvent[]) => WriteResult)

/** A destination that gives scripted answers, and then accepts. */
function stage(answers: readonly Answer[], changed?: Sink['changed']) {
  const clock = new VirtualClock(0)
  const writes: string[][] = []
  const letters: { id: string; reason: string }[] = []
  const states: string[] = []
  const taken: string[] = []
  const queue = [...answers]
  const sink: Sink = {
    async write(events) {
      writes.push(idsOf(events))
      const answer = queue.shift() ?? DELIVERED
      if (answer instanceof Error) throw answer
      const result = typeof answer === 'function' ? answer(events) : answer
      const others = new Set([...result.deferred, ...result.rejected.map(({ event }) => event)])
      taken.push(...idsOf(events.filter(event => !others.has(event))))
      return result
    },
    check: async () => {},
    ...(changed ? { changed } : {}),
    [Symbol.asyncDispose]: async () => {},
  }
  const deliver = createDeliver({
    sink,
    clock,
    retry: { initialDelayMs: 1000, maxDelayMs: 60_000 },
    blockedRetryMs: 30_000,
    deadLetter: async rejections => void letters.push(...rejections.map(({ event: { event }, reason }) => ({ id: event.id, reason }))),
    report: {
      retried: () => {},
      state: ({ name }) => void (states.at(-1) !== name && states.push(name)),
    },
  })
  return { deliver, clock, writes, letters, states, taken }
}

const EVENTS = ['a', 'b', 'c', 'd'].map(id => mapped(id))
const never = new AbortController().signal
const busy = new RetryableError('test.busy', 'busy')

test('what is accepted is counted once', async () => {
  const { deliver, writes, taken, states } = stage([])
  await deliver(EVENTS, never)
  expect(writes).toEqual([['a', 'b', 'c', 'd']])
  expect(taken).toEqual(['a', 'b', 'c', 'd'])
  expect(states).toEqual(['running'])
})

test('a failure that may pass is tried again until it does', async () => {
  const { deliver, clock, writes, taken, states } = stage([busy, busy, busy])
  const done = deliver(EVENTS, never)
  await clock.advance(60_000)
  await done
  expect(writes).toHaveLength(4)
  expect(taken).toEqual(['a', 'b', 'c', 'd'])
  expect(states).toEqual(['retrying', 'running'])
})

// Goal: Retry-After is honoured however long; 30 days is longer than a timer can wait.
test('waits as long as the destination asks', async () => {
  const monthMs = 30 * 86_400_000
  const { deliver, clock, writes } = stage([new RetryableError('test.busy', 'busy', { retryAfterMs: monthMs })])
  const done = deliver(EVENTS, never)
  await clock.advance(monthMs - 1)
  expect(writes).toHaveLength(1)
  await clock.advance(1)
  await done
  expect(writes).toHaveLength(2)
})

test('what is deferred without a word of when is written again after a pause', async () => {
  const { deliver, clock, writes, states } = stage([events => ({ rejected: [], deferred: events })])
  const done = deliver(EVENTS, never)
  await settled()
  expect([writes.length, states]).toEqual([1, ['retrying']])
  await clock.advance(60_000)
  await done
  expect(writes).toHaveLength(2)
})

// Goal: invariant 4. A credential is no fault of an event.
test('a blocked destination gets everything later and nothing is dropped', async () => {
  const { deliver, clock, writes, letters, states } = stage([new BlockedError('test.denied', 'wrong token')])
  const done = deliver(EVENTS, never)
  await clock.advance(29_999)
  expect(writes).toHaveLength(1)
  await clock.advance(1)
  await done
  expect(writes).toHaveLength(2)
  expect(letters).toEqual([])
  expect(states).toEqual(['blocked', 'running'])
})

test('a changed credential ends the wait of a blocked destination', async () => {
  const change = Promise.withResolvers<void>()
  const { deliver, clock, writes } = stage([new BlockedError('test.denied', 'wrong token')], () => change.promise)
  const done = deliver(EVENTS, never)
  await settled()
  expect(writes).toHaveLength(1)
  change.resolve()
  await done
  expect(writes).toHaveLength(2)
  expect(clock.sleeping).toBe(0)
})

test('one bad event stops no other', async () => {
  const refuseC: Answer = events => {
    if (idsOf(events).includes('c')) throw new BatchRefusedError('test.refused', 'c is malformed')
    return DELIVERED
  }
  const { deliver, letters, taken } = stage(Array.from({ length: 9 }, () => refuseC))
  await deliver(EVENTS, never)
  expect(letters).toEqual([{ id: 'c', reason: 'c is malformed' }])
  expect(taken).toEqual(['a', 'b', 'd'])
})

test('a half that was delivered is not written again while the other half waits', async () => {
  const { deliver, clock, writes } = stage([new BatchRefusedError('test.refused', 'one of them'), DELIVERED, busy, DELIVERED])
  const done = deliver(EVENTS, never)
  await clock.advance(1000)
  await done
  expect(writes).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ])
})

test('of a partial answer only the rest is written again, after the pause it asked for', async () => {
  const partial: Answer = ([a, b, ...others]) => ({
    rejected: [{ event: a!, reason: 'too large' }],
    deferred: others,
    retryAfterMs: b === undefined ? 0 : 5000,
  })
  const { deliver, clock, writes, letters, taken } = stage([partial])
  const done = deliver(EVENTS, never)
  await clock.advance(4999)
  expect(writes).toHaveLength(1)
  await clock.advance(1)
  await done
  expect(writes).toEqual([
    ['a', 'b', 'c', 'd'],
    ['c', 'd'],
  ])
  expect(letters).toEqual([{ id: 'a', reason: 'too large' }])
  expect(taken).toEqual(['b', 'c', 'd'])
})

test('what was deferred for the sake of a rejected event is written at once', async () => {
  const partial: Answer = ([a, ...others]) => ({ rejected: [{ event: a!, reason: 'invalid' }], deferred: others })
  const { deliver, writes, states } = stage([partial])
  await deliver(EVENTS, never)
  expect(writes.map(ids => ids.length)).toEqual([4, 3])
  expect(states).toEqual(['running'])
})

test('a destination that takes some is asked for the rest after the shortest pause again', async () => {
  const half: Answer = events => ({ rejected: [], deferred: events.slice(2) })
  const { deliver, clock, writes } = stage([busy, busy, busy, busy, busy, busy, half])
  const done = deliver(EVENTS, never)
  while (writes.length < 7) await clock.step()
  const answeredMs = clock.now()
  await clock.step()
  await done
  expect(writes.at(-1)).toEqual(['c', 'd'])
  expect(clock.now() - answeredMs).toBeLessThanOrEqual(1000)
})

test('a stop ends a wait at once and nothing is called delivered', async () => {
  const stop = new AbortController()
  const { deliver, clock, taken } = stage([busy])
  const done = deliver(EVENTS, stop.signal)
  await settled()
  stop.abort(new Error('stopped'))
  await expect(done).rejects.toThrow('stopped')
  expect(taken).toEqual([])
  expect(clock.sleeping).toBe(0)
})

test('a failure of no known class is thrown, not retried', async () => {
  const { deliver, writes } = stage([new TypeError('a defect')])
  await expect(deliver(EVENTS, never)).rejects.toThrow('a defect')
  expect(writes).toHaveLength(1)
})

test('a batch that goes well does not hide the trouble of another', async () => {
  const { deliver, clock, states } = stage([busy])
  const first = deliver(EVENTS.slice(0, 2), never)
  await settled()
  await deliver(EVENTS.slice(2), never)
  expect(states).toEqual(['retrying'])
  await clock.advance(60_000)
  await first
  expect(states).toEqual(['retrying', 'running'])
})

test('a write that fails because it was stopped is no trouble of the destination', async () => {
  const stop = new AbortController()
  const { deliver, states } = stage([
    () => {
      stop.abort(new Error('stopped'))
      throw busy
    },
  ])
  await expect(deliver(EVENTS, stop.signal)).rejects.toThrow('stopped')
  expect(states).toEqual([])
})
