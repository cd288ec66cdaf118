import type { Batch } from '../core/batch.ts'
import { CommitWindow } from './commit_window.ts'

export interface StopSignals {
  /** Asks for an end: finish what has been read, read no more. */
  readonly softStop: AbortSignal
  /** Demands an end now. */
  readonly hardStop: AbortSignal
}

/** One way from a reader to where its batches become durable: source → journal, or journal → sink. */
export interface Pipeline<E, B extends Batch<E> = Batch<E>> {
  /** Opens the batches after the saved position. Ends on `softStop`, by returning or by throwing the abort. */
  read(stop: StopSignals): AsyncIterable<B>
  /** Resolves when every event of the batch is durable, at its destination or as a dead letter. Nothing less is an acknowledgement. */
  deliver(batch: B, signal: AbortSignal): Promise<void>
  /** Saves the batch's position; called in order, after everything before it is durable (invariant 1). */
  commit(batch: B, signal: AbortSignal): Promise<void>
  /** The most batches delivered at once. */
  readonly inFlightBatchesMax: number
}

/**
 * Reads, delivers, then commits, until the reader ends or is stopped softly.
 * Rejects with the first failure of a delivery or a commit, else with the reader's, else on a hard stop. However it ends,
 * nothing is in flight any more.
 */
export async function runPipeline<E, B extends Batch<E> = Batch<E>>(pipeline: Pipeline<E, B>, stop: StopSignals): Promise<void> {
  const window = new CommitWindow(pipeline.inFlightBatchesMax)
  const delivering = AbortSignal.any([stop.hardStop, window.failed])
  const reading = { softStop: AbortSignal.any([stop.softStop, delivering]), hardStop: delivering }

  try {
    for await (const batch of pipeline.read(reading)) {
      await window.add(
        () => pipeline.deliver(batch, delivering),
        () => pipeline.commit(batch, delivering),
      )
    }
  } catch (error) {
    // A reader may end by throwing the very abort it was sent.
    if (!isAbortOf(error, reading.softStop, reading.hardStop)) throw error
  } finally {
    await window.drain() // Also after a failed reading: what was read before it is still delivered.
  }
  stop.hardStop.throwIfAborted()
}

function isAbortOf(error: unknown, ...signals: readonly AbortSignal[]): boolean {
  return signals.some(signal => signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError')))
}
