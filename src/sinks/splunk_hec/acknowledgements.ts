import type { Clock } from '../../core/clock.ts'
import { BlockedError, RetryableError, toError } from '../../core/errors.ts'
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
 * ("About HTTP Event Collector Indexer Acknowledgment", help.splunk.com). As many wait as writes are under way.
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
    signal.throwIfAborted()
    // The collector counts anew after a restart: what waited under that number is forgotten there.
    this.#waiting.get(ackId)?.reject(unacknowledged('The collector gave the number of a batch that waited to another one'))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiting = { deadlineMs: this.#options.clock.elapsed() + this.#options.timeoutMs, resolve, reject }
    const abort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    this.#waiting.set(ackId, waiting)
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined
    })
    try {
      await promise
    } finally {
      signal.removeEventListener('abort', abort)
      if (this.#waiting.get(ackId) === waiting) this.#waiting.delete(ackId)
    }
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#polling
    for (const { reject } of this.#waiting.values()) reject(unacknowledged('The sink was closed before the indexer acknowledged a batch'))
  }

  async #poll(): Promise<void> {
    const { clock, intervalMs } = this.#options
    let failure: Error | undefined
    while (this.#waiting.size > 0 && !this.#closed.signal.aborted) {
      await clock.sleep(intervalMs, this.#closed.signal).catch(() => {}) // Closed; the loop's condition tells it.
      const asked = new Map(this.#waiting)
      if (asked.size === 0 || this.#closed.signal.aborted) continue
      try {
        settle(asked, await this.#options.ask(JSON.stringify({ acks: [...asked.keys()] }), this.#closed.signal))
        failure = undefined
      } catch (error) {
        failure = toError(error) // Asked again at the next interval; told with the timeout if it stays so.
        if (failure instanceof BlockedError) for (const { reject } of asked.values()) reject(failure)
      }
      this.#expire(failure)
    }
  }

  #expire(failure: Error | undefined): void {
    const { clock, timeoutMs } = this.#options
    for (const { deadlineMs, reject } of this.#waiting.values()) {
      if (clock.elapsed() < deadlineMs) continue
      const why = failure === undefined ? '' : ` The last question for it failed: ${failure.message}`
      reject(unacknowledged(`The indexer did not acknowledge a batch within ${timeoutMs} ms.${why}`, failure))
    }
  }
}

/** Only those that were asked for: the same number may stand for a later batch by now. */
function settle(asked: ReadonlyMap<number, Waiting>, answer: string): void {
  const parsed: unknown = JSON.parse(answer)
  const acks = isJsonObject(parsed) && isJsonObject(parsed.acks) ? parsed.acks : {}
  for (const [ackId, waiting] of asked) if (acks[String(ackId)] === true) waiting.resolve()
}

function unacknowledged(what: string, cause?: Error): RetryableError {
  return new RetryableError('splunk_hec.unacknowledged', `${what.replace(/\.$/, '')}. It is sent again.`, { cause })
}
