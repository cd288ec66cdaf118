import type { Clock } from '../core/clock.ts'

/** What `promise` resolves to, or undefined when `ms` pass first. */
export async function withinMs<T>(promise: Promise<T>, ms: number, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  const late = new AbortController()
  const expired = clock.sleep(ms, AbortSignal.any([signal, late.signal])).then(
    () => undefined,
    (error: unknown) => {
      if (!late.signal.aborted) throw error
      return undefined
    },
  )
  try {
    return await Promise.race([promise, expired])
  } finally {
    late.abort()
    await expired.catch(() => {}) // It lost the race, or the race has thrown it already.
  }
}
