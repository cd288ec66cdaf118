import PQueue from 'p-queue'
import type { Clock } from '../../core/clock.ts'
import { AdaptiveLimit } from './adaptive_limit.ts'
import type { HttpAnswer } from './errors.ts'

export interface RequestQueue {
  /** Runs `request` when there is room for it; its signal ends the wait too. */
  run(request: () => Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer>
}

/** Bounds the requests to one destination by how it answers. Callers bound how many wait. */
export function createRequestQueue({ concurrencyMax, clock }: { concurrencyMax: number; clock: Clock }): RequestQueue {
  const limit = new AdaptiveLimit(concurrencyMax)
  const queue = new PQueue({ concurrency: limit.value })

  async function measured(request: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const startedMs = clock.now()
    try {
      const answer = await request()
      if (answer.status === 429 || answer.status >= 500) limit.failed(clock.now())
      else limit.answered(clock.now() - startedMs, clock.now())
      return answer
    } catch (error) {
      limit.failed(clock.now())
      throw error
    } finally {
      queue.concurrency = limit.value
    }
  }

  return { run: (request, signal) => queue.add(() => measured(request), { signal }) }
}
