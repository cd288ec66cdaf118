import type { Clock } from '../core/clock.ts'
import type { ComponentState } from '../core/context.ts'
import { BatchRefusedError, BlockedError, RetryableError, toError } from '../core/errors.ts'
import type { MappedEvent } from '../core/mapper.ts'
import type { Rejection, Sink, WriteResult } from '../core/sink.ts'
import { type BackoffPolicy, backoffMs } from '../toolkit/backoff.ts'
import { firstOf } from '../toolkit/first_of.ts'

/** What happens on the way to one sink. */
interface DeliveryReport {
  retried(error: Error): void
  state(state: ComponentState): void
}

export interface DeliveryOptions {
  readonly sink: Sink
  /** Resolves when every rejection is durable. */
  readonly deadLetter: (rejections: readonly Rejection[], signal: AbortSignal) => Promise<void>
  readonly retry: BackoffPolicy
  /** How often a blocked destination is tried again. */
  readonly blockedRetryMs: number
  readonly clock: Clock
  readonly report: DeliveryReport
}

/** Resolves when every event is durable, at its destination or among the dead letters. */
export type Deliver = (events: readonly MappedEvent[], signal: AbortSignal) => Promise<void>

/**
 * Makes a sink's partial and failed answers total: writes again what was refused for now, halves a
 * refused batch until the events at fault stand alone, and puts those among the dead letters.
 */
export function createDeliver(options: DeliveryOptions): Deliver {
  const { sink, report } = options
  /** The deliveries that failed and are not done yet: the sink is running when there are none. */
  const troubled = new Set<object>()

  async function deliver(events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    const attempt = {}
    let remaining = events
    try {
      for (let failures = 0; remaining.length > 0; ) {
        const outcome = await attemptWrite(sink, remaining, signal)
        if (outcome instanceof BatchRefusedError) return await deliverHalves(remaining, outcome, signal)
        if (outcome instanceof Error) {
          troubled.add(attempt)
          await waitAfter(outcome, failures++, signal)
          continue
        }
        const left = await settle(outcome, signal)
        if (left.length === 0) return
        failures = left.length < remaining.length ? 0 : failures + 1
        remaining = left
        // Deferred for the sake of a rejected one alone: there is nothing to wait for.
        if (outcome.rejected.length > 0 && outcome.retryAfterMs === undefined) continue
        troubled.add(attempt)
        await waitAfter(deferral(left.length, outcome.retryAfterMs), failures, signal)
      }
    } finally {
      troubled.delete(attempt)
      if (troubled.size === 0 && !signal.aborted) report.state({ name: 'running' })
    }
  }

  /** What the answer leaves to be written again; the rest is durable when this resolves. */
  async function settle({ rejected, deferred }: WriteResult, signal: AbortSignal): Promise<readonly MappedEvent[]> {
    if (rejected.length > 0) await options.deadLetter(rejected, signal)
    return deferred
  }

  /** Each half on its own, so that what one half has delivered is not written again for the other's sake. An event that stands alone is at fault. */
  async function deliverHalves(events: readonly MappedEvent[], refusal: BatchRefusedError, signal: AbortSignal): Promise<void> {
    const [first, ...others] = events
    if (first !== undefined && others.length === 0) {
      return await options.deadLetter([{ event: first, reason: refusal.message }], signal)
    }
    const middle = events.length >> 1
    await deliver(events.slice(0, middle), signal)
    await deliver(events.slice(middle), signal)
  }

  async function waitAfter(error: RetryableError | BlockedError, failures: number, signal: AbortSignal): Promise<void> {
    const { clock, retry, blockedRetryMs } = options
    report.retried(error)
    if (error instanceof BlockedError) {
      report.state({ name: 'blocked', error, retryAtMs: clock.now() + blockedRetryMs })
      const waits = [(until: AbortSignal) => clock.sleep(blockedRetryMs, until)]
      if (sink.changed) waits.push(sink.changed.bind(sink))
      return await firstOf(waits, signal)
    }
    const pauseMs = Math.max(backoffMs(retry, failures, clock.random()), error.retryAfterMs ?? 0)
    report.state({ name: 'retrying', error, retryAtMs: clock.now() + pauseMs })
    await clock.sleep(pauseMs, signal)
  }

  return deliver
}

function deferral(events: number, retryAfterMs: number | undefined): RetryableError {
  return new RetryableError('sink.deferred', `The destination deferred ${events} events; they are written again.`, { retryAfterMs })
}

/** The answer, or the failure that waiting or halving can mend; every other failure is thrown. */
async function attemptWrite(
  sink: Sink,
  events: readonly MappedEvent[],
  signal: AbortSignal,
): Promise<WriteResult | RetryableError | BlockedError | BatchRefusedError> {
  try {
    return await sink.write(events, signal)
  } catch (cause) {
    signal.throwIfAborted() // Our own stop is no fault of the destination.
    if (cause instanceof RetryableError || cause instanceof BlockedError || cause instanceof BatchRefusedError) return cause
    throw toError(cause)
  }
}
