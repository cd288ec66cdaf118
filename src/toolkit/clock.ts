import { setTimeout as timer } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'

/** The longest a timer of Node can wait; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  random: () => Math.random(),
  async sleep(ms, signal) {
    for (let restMs = ms; restMs > 0; restMs -= TIMER_MS_MAX) {
      await timer(Math.min(restMs, TIMER_MS_MAX), undefined, { signal })
    }
    signal.throwIfAborted()
  },
}
