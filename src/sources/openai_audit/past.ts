import type { Batch } from '../../core/batch.ts'
import { RetryableError } from '../../core/errors.ts'
import { type Drained, drained, splitAt, type Window, WindowTooLargeError } from '../../paging/drained.ts'
import { handOut } from '../../paging/past.ts'
import { segmentListed } from '../../paging/position.ts'
import type { ListLimits, Past, Reading } from '../../paging/stream.ts'
import { Backfill } from './backfill.ts'
import type { Listing } from './listing.ts'
import type { WindowLimit } from './window_limit.ts'

/** Events of one second, which has no parts. */
const SECOND_EVENTS_MAX = 1_000_000

function tooLarge(secondS: number): RetryableError {
  return new RetryableError(
    'openai_audit.second_too_large',
    `The API lists more than ${SECOND_EVENTS_MAX} events in the second ${new Date(secondS * 1000).toISOString()}. ` +
      'The position stays before it. Read them by several sources with narrower filters, such as project_ids.',
  )
}

export interface PastOptions {
  readonly pageEvents: number
  /** Shared by the streams of a source. */
  readonly limit: WindowLimit
  /** A listing that is ready to drain a window. */
  readonly listing: (limits: ListLimits) => Listing
}

/** Lists the segments of the position one after the other, each oldest first. */
export class WindowedPast implements Past<Drained> {
  readonly #reading: Reading
  readonly #options: PastOptions
  #backfill: { readonly endS: number; readonly windows: Backfill } | undefined

  constructor(reading: Reading, options: PastOptions) {
    this.#reading = reading
    this.#options = options
  }

  head(signal: AbortSignal): Promise<Drained> | undefined {
    const { position, options } = this.#reading
    const segment = position.segments[0]
    if (segment === undefined) return undefined
    if (this.#backfill?.endS !== segment.endS) {
      const windows = new Backfill({
        segment,
        pageEvents: this.#options.pageEvents,
        drain: (window, eventsMax, scope) => options.client.untilDone(() => this.#drain(window, eventsMax, scope), scope),
        concurrency: () => this.#options.limit.value,
        nowMs: () => options.context.clock.elapsed(),
      })
      this.#backfill = { endS: segment.endS, windows }
    }
    return this.#backfill.windows.head(signal)
  }

  async atRest(): Promise<void> {
    await this.#backfill?.windows.atRest()
  }

  hand(window: Drained): Batch {
    this.#backfill!.windows.take()
    return handOut(this.#reading, window, segmentListed(this.#reading.position, window.toS))
  }

  /** The window, or the newest part of one that is too large. */
  async #drain(window: Window, windowEventsMax: number, signal: AbortSignal): Promise<Drained> {
    const { options } = this.#reading
    const names = { source: options.context.id, stream: options.name, receivedMs: options.context.clock.now() }
    const isSecond = window.toS - window.fromS <= 1
    const listing = this.#options.listing({ windowEventsMax: isSecond ? SECOND_EVENTS_MAX : windowEventsMax })
    try {
      await listing.drain(window, signal)
    } catch (error) {
      if (!(error instanceof WindowTooLargeError)) throw error
      if (isSecond) throw tooLarge(window.fromS)
      return splitAt(drained(window, listing.collected, names), error.wholeFromS)[1]
    }
    return drained(window, listing.collected, names)
  }
}
