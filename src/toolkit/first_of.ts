/** Settles as the first of the waits does; the others are then aborted and waited for (invariant 7). */
export async function firstOf(waits: readonly ((signal: AbortSignal) => Promise<void>)[], signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  const waiting = waits.map(wait => wait(either))
  try {
    await Promise.race(waiting)
  } finally {
    done.abort()
    await Promise.allSettled(waiting)
  }
}
