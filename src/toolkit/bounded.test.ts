import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { bounded } from './bounded.ts'

const never = new AbortController().signal

/** Work that ends when it is cut, or when the test says so. */
function staged(signal = never) {
  const clock = new VirtualClock()
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let cuts = 0
  let ended: AbortSignal | undefined
  const result = bounded(
    given => {
      ended = given
      return promise
    },
    {
      clock,
      signal,
      limitMs: 1000,
      late: () => new Error('late'),
      cut: async () => {
        cuts++
        reject(new Error('cut'))
      },
    },
  )
  result.catch(() => {})
  return { clock, result, resolve, reject, cuts: () => cuts, ended: () => ended?.aborted }
}

test('what ends in time is left alone, and the clock too', async () => {
  const { clock, result, resolve, cuts } = staged()
  await clock.advance(999)
  resolve('done')
  expect(await result).toBe('done')
  expect([cuts(), clock.sleeping]).toEqual([0, 0])
})

test('its own failure is thrown as it is', async () => {
  const { result, reject, cuts } = staged()
  reject(new Error('own'))
  await expect(result).rejects.toThrow('own')
  expect(cuts()).toBe(0)
})

test('after the time it is cut once', async () => {
  const { clock, result, cuts, ended } = staged()
  await clock.advance(1000)
  await expect(result).rejects.toThrow('late')
  expect([cuts(), ended()]).toEqual([1, true])
})

test('on the signal it is cut, and the reason is thrown', async () => {
  const stop = new AbortController()
  const { clock, result, cuts } = staged(stop.signal)
  stop.abort(new Error('stopped'))
  await expect(result).rejects.toThrow('stopped')
  expect([cuts(), clock.sleeping]).toEqual([1, 0])
})

test('nothing begins after the signal', async () => {
  let began = false
  const work = async () => {
    began = true
  }
  const bounds = { clock: new VirtualClock(), limitMs: 1, late: () => new Error('late'), cut: async () => {} }
  await expect(bounded(work, { ...bounds, signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
  expect(began).toBe(false)
})
