import { expect, test } from 'vitest'
import type { Sink } from '../core/sink.ts'
import { systemClock } from '../toolkit/clock.ts'
import { checkOne } from './checks.ts'

const sinkWith = (check: Sink['check']): Sink => ({
  check,
  write: async () => ({ rejected: [], deferred: [] }),
  [Symbol.asyncDispose]: async () => {},
})

test('a check that is stopped has not found that all is well', async () => {
  const stop = new AbortController()
  const sink = sinkWith(async signal => {
    stop.abort(new DOMException('Stopped', 'AbortError'))
    for (let turn = 0; turn < 20; turn++) await Promise.resolve() // It hears of the stop later than others do.
    signal.throwIfAborted()
  })
  expect(await checkOne(sink, systemClock, stop.signal)).toMatchObject({ message: 'Stopped' })
})

test('a check that ends well, or not, says so', async () => {
  const never = new AbortController().signal
  expect(
    await checkOne(
      sinkWith(async () => {}),
      systemClock,
      never,
    ),
  ).toBeUndefined()
  const fails = sinkWith(() => Promise.reject(new Error('wrong')))
  expect(await checkOne(fails, systemClock, never)).toMatchObject({ message: 'wrong' })
})
