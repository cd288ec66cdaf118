import type { Clock } from '../../core/clock.ts'
import { RetryableError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'

export interface AcknowledgementOptions {
  /** Asks for the state of the ids; gives the answer's text. Throws when there was no such answer. */
  readonly ask: (body: string, signal: AbortSignal) => Promise<string>
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly clock: Clock
}

interface Waiting {
  readonly deadlineMs: number
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/**
 * Waits until the indexer has a batch. All batches that wait are asked for with one request an interval
 * ("About HTTP Event Collector Indexer Acknowledgment", docs.splunk.com). Bounded by the requests in flight.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementOptions
  readonly #waiting = new Map<number, Waiting>()
  #polling: Promise<void> | undefined
  readonly #closed = new AbortController()

  constructor(options: AcknowledgementOptions) {
    this.#options = options
  }

  /** Resolves when `ackId` is acknowledged; throws `RetryableError` when it is not in time: the batch is sent again. */
  async acknowledged(ackId: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    this.#waiting.set(ackId, { deadlineMs: this.#options.clock.now() + this.#options.timeoutMs, resolve, reject })
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', abort)
      this.#waiting.delete(ackId)
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#polling
  }

  async #poll(): Promise<void> {
    const { clock, intervalMs } = this.#options
    let failure: unknown
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      await clock.sleep(intervalMs, this.#closed.signal).catch(() => {}) // Closed; the loop's condition tells it.
      try {
        this.#settle(await this.#options.ask(JSON.stringify({ acks: [...this.#waiting.keys()] }), this.#closed.signal))
      } catch (error) {
        failure = error // Asked again at the next interval; told with the timeout if it stays so.
      }
      this.#expire(failure)
    }
  }

  #settle(answer: string): void {
    const parsed: unknown = JSON.parse(answer)
    const acks = isJsonObject(parsed) && isJsonObject(parsed.acks) ? parsed.acks : {}
    for (const [ackId, waiting] of this.#waiting) if (acks[String(ackId)] === true) waiting.resolve()
  }

  #expire(failure: unknown): void {
    const { clock, timeoutMs } = this.#options
    for (const { deadlineMs, reject } of this.#waiting.values()) {
      if (clock.now() < deadlineMs) continue
      const why = failure instanceof Error ? ` The last question for it failed: ${failure.message}` : ''
      const message = `The indexer did not acknowledge a batch within ${timeoutMs} ms; it is sent again.${why}`
      reject(new RetryableError('splunk_hec.unacknowledged', message, { cause: failure }))
    }
  }
}
