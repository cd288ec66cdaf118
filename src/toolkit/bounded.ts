import type { Clock } from '../core/clock.ts'

export interface Bounds {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly limitMs: number
  /** What is thrown when the time is over. */
  readonly late: () => Error
  /** Cuts what is under way, so that the work fails soon. */
  readonly cut: () => Promise<void>
}

/**
 * For work that knows no AbortSignal and no deadline. If the signal or the limit comes before its end, it is cut
 * and waited for (invariant 7), and the abort's reason or the late error is thrown. `work` may begin nothing
 * new once the signal it is given has aborted.
 */
export async function bounded<T>(work: (ended: AbortSignal) => Promise<T>, { clock, signal, limitMs, late, cut }: Bounds): Promise<T> {
  signal.throwIfAborted()
  const ending = new AbortController()
  const ended = AbortSignal.any([signal, ending.signal])
  const working = work(ended)
  const done = Symbol('done')
  const overtaken = clock.sleep(limitMs, ended).then(late, () => signal.reason as Error)
  const first = await Promise.race([
    working.then(
      () => done,
      () => done,
    ),
    overtaken,
  ])
  ending.abort()
  if (first === done) return await working
  await cut()
  await Promise.allSettled([working])
  throw first
}
