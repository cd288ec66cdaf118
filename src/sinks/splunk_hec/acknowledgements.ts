import { randomUUID } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { BlockedError, RetryableError, toError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json.ts'

/**
 * Channels of the collector, each for one batch at a time. After a restart the collector counts from the start: on a shared
 * channel, the number of a batch that was lost could be given to another one.
 */
export class Channels {
  readonly #free: string[] = []

  /** The caller gives it back once its batch is acknowledged or refused; never where that is not known. */
  take(): string {
    return this.#free.pop() ?? randomUUID()
  }

  giveBack(channel: string): void {
    this.#free.push(channel)
  }
}

export interface AcknowledgementOptions {
  /** Asks for the state of the ids; gives the answer's text. Throws when there was no such answer. */
  readonly ask: (body: string, signal: AbortSignal) => Promise<string>
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Resolves when the indexer has the batch with the number `ackId` ("About HTTP Event Collector Indexer Acknowledgment",
 * help.splunk.com); throws `RetryableError` when it has not in time: the batch is sent again.
 */
export async function acknowledged(ackId: number, options: AcknowledgementOptions, signal: AbortSignal): Promise<void> {
  const { ask, intervalMs, timeoutMs, clock } = options
  const deadlineMs = clock.elapsed() + timeoutMs
  let failure: Error | undefined
  while (clock.elapsed() < deadlineMs) {
    await clock.sleep(intervalMs, signal)
    try {
      const states = statesIn(await ask(JSON.stringify({ acks: [ackId] }), signal))
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

/** Whether it is what a collector with acknowledgement answers to the question for ids, whatever their state. */
export function tellsStates(answer: string): boolean {
  return statesIn(answer) !== undefined
}

function statesIn(answer: string): JsonObject | undefined {
  const acks = parseJsonObject(answer)?.acks
  return isJsonObject(acks) ? acks : undefined
}
