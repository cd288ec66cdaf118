import type { Clock } from '../../src/core/clock.ts'

/** Its time is what is slept, and nobody waits for it: who gives up after a time does so after a number of attempts. */
export function sleptClock(): Clock {
  let nowMs = 0
  const sleep = async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted()
    nowMs += ms
  }
  return { now: () => nowMs, elapsed: () => nowMs, random: () => 0, sleep }
}
