import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../../test/support/virtual_clock.ts'
import { RetryableError } from '../../core/errors.ts'
import type { HttpAnswer } from './answer.ts'
import { createRequestQueue } from './request_queue.ts'

const never = new AbortController().signal
const answer = (status: number): HttpAnswer => ({ status, headers: {}, text: '', bytes: Buffer.alloc(0), detail: '', shown: part => part })

/** Requests that are answered when the test says so. */
function open(concurrencyMax = 64) {
  const queue = createRequestQueue({ concurrencyMax, clock: new VirtualClock() })
  const underWay: PromiseWithResolvers<HttpAnswer>[] = []
  const run = (signal = never) =>
    queue.run(() => {
      const request = Promise.withResolvers<HttpAnswer>()
      underWay.push(request)
      return request.promise
    }, signal)
  return { queue, underWay, run }
}

test('no more are under way than the limit, and good answers raise it', async () => {
  const { queue, underWay, run } = open()
  const runs = Array.from({ length: 20 }, () => run())
  await settled()
  expect(underWay).toHaveLength(4)
  for (let n = 0; n < 20; n++) {
    await settled()
    underWay[n]!.resolve(answer(200))
  }
  expect(await Promise.all(runs)).toHaveLength(20)
  expect(queue.limit).toBeGreaterThan(4)
})

test.each([429, 500, 503])('%i halves it', async status => {
  const { queue, underWay, run } = open()
  const running = run()
  await settled()
  underWay[0]!.resolve(answer(status))
  await running
  expect(queue.limit).toBe(2)
})

test.each([
  ['no answer', new RetryableError('x.timeout', 'late'), 2],
  ['our own stop', new Error('stopped'), 4],
])('%s, %o: the limit is then %i', async (_, error, limit) => {
  const { queue, underWay, run } = open()
  const running = run().catch((cause: unknown) => cause)
  await settled()
  underWay[0]!.reject(error)
  expect([await running, queue.limit]).toEqual([error, limit])
})

test('an abort ends the wait for a turn at once, and the request is never made', async () => {
  const { underWay, run } = open(1)
  const first = run()
  const stop = new AbortController()
  const second = run(stop.signal).catch(String)
  await settled()
  stop.abort(new Error('stopped'))
  expect(await second).toBe('Error: stopped')
  underWay[0]!.resolve(answer(200))
  await first
  await settled()
  expect(underWay).toHaveLength(1)
})
