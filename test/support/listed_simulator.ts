import { afterEach } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/options.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { QuickClock, START_MS } from './simulator.ts'

export interface ListedSimulator extends Simulator {
  /** Ids as the API lists them. */
  readonly newestFirst: readonly string[]
  readonly clock: QuickClock
}

/** Gives a way to start simulators that hold 60 events, none tenant-scoped, and closes them after each test. */
export function listedSimulators(): (options?: SimulatorOptions) => Promise<ListedSimulator> {
  const open: Simulator[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map(simulator => simulator.close()))
  })
  return async options => {
    const clock = new QuickClock()
    const simulator = await startSimulator({ events: 0, clock, ...options })
    open.push(simulator)
    for (let n = 0; n < 60; n++) simulator.add({ id: `e${n}`, type: 'login.failed', effective_at: START_MS / 1000 - 1_000 + n })
    return { ...simulator, newestFirst: simulator.ids().toReversed(), clock }
  }
}
