import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { BlockedError, RetryableError, toError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { isTaken, readHecAnswer } from './answer.ts'

/** The header that puts a request on a channel. */
export type Channel = Readonly<Record<string, string>>

interface AcknowledgementOptions {
  /** Of the collector. */
  readonly origin: string
  /** Asks for the states of batches on a channel. */
  readonly ask: (body: string, channel: Channel, signal: AbortSignal) => Promise<HttpAnswer>
  /** What an answer means that was not hoped for. */
  readonly errorOf: (answer: HttpAnswer, to: 'event' | 'ack') => Error
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Sends batches on channels of the collector, each for one batch at a time. After a restart the collector counts from the start: on
 * a shared channel, the number of a batch that was lost could be given to another one.
 */
export class Acknowledgements {
  readonly #options: AcknowledgementOptions
  /** Those whose batch was acknowledged or refused; none where that is not known. */
  readonly #freeChannels: Channel[] = []
  readonly #closed = new AbortController()
  #isVerified = false

  constructor(options: AcknowledgementOptions) {
    this.#options = options
  }

  /**
   * Before the first events: a token without acknowledgement would store them at each attempt and never say so.
   * Asked on a channel of its own, because the collector tells the state of an ackId only once.
   */
  async verify(signal: AbortSignal): Promise<void> {
    if (this.#isVerified) return
    const answer = await this.#options.ask('{"acks":[0]}', this.takeChannel(), signal)
    if (answer.status !== 200 || statesIn(answer.text) === undefined) throw this.#options.errorOf(answer, 'ack')
    this.#isVerified = true
  }

  /** Resolves when the indexer has the batch that `send` sends. */
  async send(send: (channel: Channel) => Promise<HttpAnswer>, signal: AbortSignal): Promise<void> {
    await this.verify(signal)
    const channel = this.takeChannel()
    const answer = await send(channel)
    const hasTaken = isTaken(answer)
    if (hasTaken) {
      await this.#acknowledged(answer, channel, AbortSignal.any([signal, this.#closed.signal])).catch((error: unknown) => {
        this.#isVerified = false // Asked before the batch is sent again: where no state is told, each attempt would store it anew.
        throw error
      })
    }
    this.#freeChannels.push(channel)
    if (!hasTaken) throw this.#options.errorOf(answer, 'event')
  }

  takeChannel(): Channel {
    return this.#freeChannels.pop() ?? { 'x-splunk-request-channel': randomUUID() }
  }

  /** No batch is waited for any longer. */
  close(): void {
    this.#closed.abort(new DOMException('The sink is closed', 'AbortError'))
  }

  /**
   * Resolves when the indexer has the batch of which the collector answered so ("About HTTP Event Collector Indexer
   * Acknowledgment", help.splunk.com); throws `RetryableError` when it has not in time: the batch is sent again.
   */
  async #acknowledged({ text }: HttpAnswer, channel: Channel, signal: AbortSignal): Promise<void> {
    const { origin, ask, errorOf, intervalMs, timeoutMs, clock } = this.#options
    const { ackId } = readHecAnswer(text)
    if (ackId === undefined) throw noAcknowledgement(origin)
    const deadlineMs = clock.elapsed() + timeoutMs
    let failure: Error | undefined
    while (clock.elapsed() < deadlineMs) {
      await clock.sleep(intervalMs, signal)
      try {
        const answer = await ask(JSON.stringify({ acks: [ackId] }), channel, signal)
        if (answer.status !== 200) throw errorOf(answer, 'ack')
        const states = statesIn(answer.text)
        if (states?.[String(ackId)] === true) return
        failure = states === undefined ? new Error('the answer tells no states of batches') : undefined
      } catch (error) {
        signal.throwIfAborted()
        failure = toError(error) // Asked again at the next interval; told with the timeout if it stays so.
        if (failure instanceof BlockedError) throw failure
      }
    }
    const why = failure === undefined ? '' : ` The last question for it failed: ${failure.message.replace(/\.$/, '')}.`
    const message = `The indexer did not acknowledge a batch within ${timeoutMs} ms.${why} It is sent again.`
    throw new RetryableError('splunk_hec.unacknowledged', message, { cause: failure })
  }
}

/** The states of batches in what a collector with acknowledgement answers to the question for them. */
function statesIn(answer: string): JsonObject | undefined {
  const acks = parseJsonObject(answer)?.acks
  return isJsonObject(acks) ? acks : undefined
}

function noAcknowledgement(origin: string): BlockedError {
  const message = `${origin} took a batch and gave no ackId. Switch on "indexer acknowledgement" for the token, or set acknowledge: false. The batch is sent again then.`
  return new BlockedError('splunk_hec.setup', message)
}
