import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import type { Batch } from '../core/batch.ts'
import { BlockedError, FatalError, RetryableError } from '../core/errors.ts'
import { type Pipeline, runPipeline } from './pipeline.ts'
import { supervise } from './supervise.ts'

const batch = (position: number): Batch<number> => ({ events: [position], position })

function stops() {
  const soft = new AbortController()
  const hard = new AbortController()
  return { soft, hard, signals: { softStop: soft.signal, hardStop: hard.signal } }
}

function stage(overrides: Partial<Pipeline<number>>) {
  const saved: unknown[] = []
  const pipeline: Pipeline<number> = {
    async *read() {
      for (let position = 1; position <= 4; position++) yield batch(position)
    },
    deliver: async () => {},
    commit: async ({ position }) => void saved.push(position),
    inFlightBatchesMax: 2,
    ...overrides,
  }
  return { pipeline, saved }
}

test('commits every batch, in order', async () => {
  const { pipeline, saved } = stage({})
  await runPipeline(pipeline, stops().signals)
  expect(saved).toEqual([1, 2, 3, 4])
})

test('a failed delivery saves no position at or behind it (invariant 1)', async () => {
  const deliver = async ({ position }: Batch<number>) => {
    if (position === 2) throw new Error('refused')
  }
  const { pipeline, saved } = stage({ deliver })
  await expect(runPipeline(pipeline, stops().signals)).rejects.toThrow('refused')
  expect(saved).toEqual([1])
})

test('what was read before a failing read is still delivered', async () => {
  const { pipeline, saved } = stage({
    async *read() {
      yield batch(1)
      throw new Error('truncated')
    },
  })
  await expect(runPipeline(pipeline, stops().signals)).rejects.toThrow('truncated')
  expect(saved).toEqual([1])
})

test('a soft stop ends the reading and finishes what has been read', async () => {
  const { soft, signals } = stops()
  const slow = Promise.withResolvers<void>()
  const { pipeline, saved } = stage({
    async *read({ softStop }) {
      yield batch(1)
      await new Promise((_, reject) => softStop.addEventListener('abort', () => reject(softStop.reason as Error)))
    },
    deliver: () => slow.promise,
  })
  const run = runPipeline(pipeline, signals)
  await settled()
  soft.abort()
  await settled()
  slow.resolve()
  await run
  expect(saved).toEqual([1])
})

test('a hard stop leaves nothing running and saves nothing more', async () => {
  const { hard, signals } = stops()
  let running = 0
  const deliver = async (_: Batch<number>, signal: AbortSignal) => {
    running++
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))).finally(() => running--)
  }
  const { pipeline, saved } = stage({ deliver })
  const run = runPipeline(pipeline, signals)
  await settled()
  expect(running).toBe(2)
  hard.abort(new Error('stopped'))
  await expect(run).rejects.toThrow('stopped')
  expect({ running, saved }).toEqual({ running: 0, saved: [] })
})

function supervised(outcomes: readonly (Error | undefined)[]) {
  const clock = new VirtualClock(0)
  const states: string[] = []
  const stop = new AbortController()
  let runs = 0
  const run = async () => {
    const outcome = outcomes[runs++]
    if (outcome) throw outcome
  }
  const options = { retry: { initialDelayMs: 1000, maxDelayMs: 8000 }, blockedRetryMs: 30_000, clock, stopped: stop.signal }
  const done = supervise(run, { ...options, onState: ({ name }) => void states.push(name) })
  return { done, clock, states, stop, runs: () => runs }
}

test('runs again after a failure, and ends when a run ends', async () => {
  const { done, clock, states, runs } = supervised([
    new Error('lost'),
    new RetryableError('a.b', 'busy', { retryAfterMs: 20_000 }),
    undefined,
  ])
  await clock.advance(1000)
  expect(runs()).toBe(2)
  await clock.advance(19_000)
  expect(runs()).toBe(2)
  await clock.advance(1000)
  await done
  expect(states).toEqual(['running', 'retrying', 'running', 'retrying', 'running', 'ended'])
})

test('a blocked pipeline is tried slowly', async () => {
  const { done, clock, states, runs } = supervised([new BlockedError('a.denied', 'denied'), undefined])
  await clock.advance(29_999)
  expect(runs()).toBe(1)
  await clock.advance(1)
  await done
  expect(states).toEqual(['running', 'blocked', 'running', 'ended'])
})

test('a stop ends a pause', async () => {
  const { done, clock, stop, states } = supervised([new Error('lost')])
  await settled()
  stop.abort()
  await done
  expect(states.at(-1)).toBe('ended')
  expect(clock.sleeping).toBe(0)
})

test('what cannot be mended is thrown', async () => {
  const { done } = supervised([new FatalError('journal.damaged', 'damaged', { exitCode: 78 })])
  await expect(done).rejects.toThrow('damaged')
})

test('an abort that was not asked for is a failure of the reading', async () => {
  const { pipeline } = stage({
    async *read() {
      yield batch(1)
      throw new DOMException('The connection was closed', 'AbortError')
    },
  })
  await expect(runPipeline(pipeline, stops().signals)).rejects.toThrow('The connection was closed')
})

test('a hard stop is told also where nothing was under way', async () => {
  const { hard, signals } = stops()
  const { pipeline } = stage({
    async *read({ hardStop }) {
      await new Promise((_, reject) => hardStop.addEventListener('abort', () => reject(hardStop.reason as Error)))
      yield batch(1)
    },
  })
  const run = runPipeline(pipeline, signals)
  await settled()
  hard.abort(new Error('stopped at once'))
  await expect(run).rejects.toThrow('stopped at once')
})
