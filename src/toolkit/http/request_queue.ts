import PQueue from 'p-queue'
import type { Clock } from '../../core/clock.ts'
import { RetryableError } from '../../core/errors.ts'
import { raced } from '../raced.ts'
import { AdaptiveLimit } from './adaptive_limit.ts'
import type { HttpAnswer } from './answer.ts'

/** The most requests that wait for their turn; whoever comes then waits for a place among them. */
const WAITING_MAX = 64

export interface RequestQueue {
  /**
   * Runs `request` when there is room for it. The signal ends the wait; `request` has to heed it by itself, and makes its
   * body itself, so that one that waits holds none.
   */
  run(request: () => Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer>
  /** How many requests may be under way just now. */
  readonly limit: number
}

/** Bounds the requests to one destination by how it answers: fewer after 429, 5xx, failures and slow answers, up to `concurrencyMax`. */
export function createRequestQueue({ concurrencyMax, clock }: { concurrencyMax: number; clock: Clock }): RequestQueue {
  const limit = new AdaptiveLimit(concurrencyMax)
  const queue = new PQueue({ concurrency: limit.value })

  async function measured(request: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const startedMs = clock.elapsed()
    try {
      const answer = await request()
      if (answer.status === 429 || answer.status >= 500) limit.failed(clock.elapsed())
      else limit.answered(clock.elapsed() - startedMs, clock.elapsed(), queue.pending)
      return answer
    } catch (error) {
      if (error instanceof RetryableError) limit.failed(clock.elapsed()) // Anything else says nothing about the load.
      throw error
    } finally {
      queue.concurrency = limit.value
    }
  }

  return {
    async run(request, signal) {
      while (queue.size >= WAITING_MAX) await raced(queue.onSizeLessThan(WAITING_MAX), signal)
      return await queue.add(() => measured(request), { signal })
    },
    get limit() {
      return limit.value
    },
  }
}
