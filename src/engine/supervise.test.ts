import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import type { ComponentState } from '../core/context.ts'
import { supervise } from './supervise.ts'

/** The pauses after runs that stay up for so long, in ms; chance takes nothing off them. */
async function pausesAfter(runsMs: readonly number[]): Promise<readonly number[]> {
  const clock = new VirtualClock(0, () => 1)
  const pausesMs: number[] = []
  const left = [...runsMs]
  const never = new AbortController().signal
  const run = async () => {
    const ms = left.shift()
    if (ms === undefined) return
    await clock.sleep(ms, never)
    throw new Error('a fault')
  }
  const onState = (state: ComponentState) => 'retryAtMs' in state && pausesMs.push(state.retryAtMs - clock.now())
  const retry = { initialDelayMs: 100, maxDelayMs: 1000 }
  const done = supervise(run, { retry, blockedRetryMs: 5000, clock, onState: state => void onState(state), stopped: never })
  await clock.advance(60_000)
  await done
  return pausesMs
}

test.each([
  ['grow up to the longest', [0, 0, 0, 0, 0, 0], [100, 200, 400, 800, 1000, 1000]],
  ['begin anew after a run that stayed up for longer than that', [0, 0, 0, 1001, 0], [100, 200, 400, 100, 200]],
  ['grow after one that did not', [0, 0, 1000, 0], [100, 200, 400, 800]],
])('pauses %s', async (_, runsMs, pausesMs) => expect(await pausesAfter(runsMs)).toEqual(pausesMs))

test('a run that fails once it has been stopped is no trouble', async () => {
  const stop = new AbortController()
  const states: string[] = []
  const run = async () => {
    stop.abort()
    throw new Error('a fault')
  }
  const options = { retry: { initialDelayMs: 100, maxDelayMs: 1000 }, blockedRetryMs: 5000, clock: new VirtualClock(0) }
  await supervise(run, { ...options, onState: ({ name }) => void states.push(name), stopped: stop.signal })
  expect(states.filter(name => name !== 'running' && name !== 'ended')).toEqual([])
})
