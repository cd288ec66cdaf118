import type { Clock } from '../core/clock.ts'
import { RetryableError, toError } from '../core/errors.ts'
import type { Sink } from '../core/sink.ts'
import type { Source } from '../core/source.ts'

/** The longest one check may take. */
const CHECK_MS_MAX = 30_000

/** Undefined when the component can be reached and lets us in; otherwise what is wrong and what to do, or the reason of `signal`. */
export async function checkOne(component: Source | Sink, clock: Clock, signal: AbortSignal): Promise<Error | undefined> {
  const done = new AbortController()
  const checking = component.check(AbortSignal.any([signal, done.signal])).then(
    () => undefined,
    (error: unknown) => toError(error),
  )
  const late = clock.sleep(CHECK_MS_MAX, AbortSignal.any([signal, done.signal])).then(
    () => new RetryableError('check.timeout', `There was no answer within ${CHECK_MS_MAX / 1000} s`),
    () => (signal.aborted ? toError(signal.reason) : undefined), // Otherwise the check ended first, and has won the race.
  )
  try {
    return await Promise.race([checking, late])
  } finally {
    done.abort()
    await Promise.all([checking, late])
  }
}
