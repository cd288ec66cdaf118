import type { Clock } from '../core/clock.ts'
import type { ComponentState } from '../core/context.ts'
import { BlockedError, FatalError, RetryableError, toError } from '../core/errors.ts'
import { type BackoffPolicy, backoffMs } from '../toolkit/backoff.ts'

export interface SuperviseOptions {
  readonly retry: BackoffPolicy
  /** How long a pipeline that waits for an operator pauses. */
  readonly blockedRetryMs: number
  readonly clock: Clock
  readonly onState: (state: ComponentState) => void
  /** No new run starts after it; a pause ends on it. */
  readonly stopped: AbortSignal
}

/**
 * Runs again, after a pause, whatever fails: a pipeline never takes its neighbours or the process down.
 * A run that stayed up for longer than the longest pause starts the backoff anew. Rejects on a
 * `FatalError` alone.
 */
export async function supervise(run: () => Promise<void>, options: SuperviseOptions): Promise<void> {
  const { clock, onState, retry, stopped } = options
  let sinceMs = 0
  for (let failures = 0; !stopped.aborted; failures++) {
    const startedMs = clock.elapsed()
    onState({ name: 'running' })
    try {
      await run()
      break
    } catch (cause) {
      if (cause instanceof FatalError) throw cause
      if (stopped.aborted) break
      const error = toError(cause)
      if (clock.elapsed() - startedMs > retry.maxDelayMs) failures = 0
      if (failures === 0) sinceMs = clock.now()
      const pauseMs = pauseAfter(error, failures, options)
      onState({ name: error instanceof BlockedError ? 'blocked' : 'retrying', error, retryAtMs: clock.now() + pauseMs, sinceMs })
      await clock.sleep(pauseMs, stopped).catch(() => {}) // A stop; the loop's condition tells it.
    }
  }
  onState({ name: 'ended' })
}

function pauseAfter(error: Error, failures: number, { retry, blockedRetryMs, clock }: SuperviseOptions): number {
  if (error instanceof BlockedError) return blockedRetryMs
  const askedMs = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0
  return Math.max(askedMs, backoffMs(retry, failures, clock.random()))
}
