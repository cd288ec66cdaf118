import type { Batch } from '../../core/batch.ts'
import { toError } from '../../core/errors.ts'
import { Backfill } from './backfill.ts'
import { type Drained, drained, seal, splitAt } from './drained.ts'
import { Listing, type Window, WindowTooLargeError } from './listing.ts'
import { encodePosition, segmentListed } from './position.ts'
import { encodeQuery } from './query.ts'
import type { Reading } from './stream.ts'

/** Events of one second, which has no parts. */
const SECOND_EVENTS_MAX = 1_000_000

/** What of the past is still to be listed: the segments of the position, one after the other. */
export class Past {
  readonly #reading: Reading
  #backfill: { readonly endS: number; readonly windows: Backfill } | undefined

  constructor(reading: Reading) {
    this.#reading = reading
  }

  /** The oldest window that is not handed out; undefined when nothing of the past is left. */
  head(signal: AbortSignal): Promise<Drained> | undefined {
    const { position, options } = this.#reading
    const segment = position.segments[0]
    if (segment === undefined) return undefined
    if (this.#backfill?.endS !== segment.endS) {
      const windows = new Backfill({
        segment,
        pageEvents: options.query.pageEvents,
        drain: (window, eventsMax, scope) => this.#drain(window, eventsMax, scope),
        concurrency: () => options.limit.value,
      })
      this.#backfill = { endS: segment.endS, windows }
    }
    return this.#backfill.windows.head(signal)
  }

  /** The batch of a window that `head` gave: its events, its row of the ledger, and the position behind it. */
  hand(window: Drained): Batch {
    const { options, known, position } = this.#reading
    const { context, name, overlapS, client } = options
    this.#backfill!.windows.take(window)
    const segment = position.segments[0]!
    const { fresh, row } = seal(window, {
      known,
      sealed: { fromS: window.fromS, toS: window.toS },
      lateBeforeS: segment.lateBeforeS,
      rememberFromS: position.frontierS - 2 * overlapS,
      nowMs: client.now(),
      onLate: seconds => context.meter.observe('tailrace_source_late_seconds', { source: context.id, stream: name }, seconds),
    })
    this.#reading.position = segmentListed(position, window.toS)
    return { events: fresh, position: encodePosition(this.#reading.position), sealed: [row], unreadable: window.unreadable }
  }

  /** Goes on until the window, or the newest part of one that is too large, is drained. */
  async #drain(window: Window, windowEventsMax: number, signal: AbortSignal): Promise<Drained> {
    const { client } = this.#reading.options
    for (let failures = 0; ; failures++) {
      try {
        return await this.#drainOnce(window, windowEventsMax, signal)
      } catch (error) {
        signal.throwIfAborted()
        await client.pauseAfter(toError(error), failures, signal)
      }
    }
  }

  async #drainOnce(window: Window, windowEventsMax: number, signal: AbortSignal): Promise<Drained> {
    const { options } = this.#reading
    const names = { source: options.context.id, stream: options.name, receivedMs: options.context.clock.now() }
    const isSecond = window.toS - window.fromS <= 1
    const listing = new Listing({
      ask: (question, scope) => options.client.ask(encodeQuery(question, options.query), scope),
      pageEvents: options.query.pageEvents,
      windowEventsMax: isSecond ? SECOND_EVENTS_MAX : windowEventsMax,
    })
    try {
      await listing.drain(window, signal)
    } catch (error) {
      if (!(error instanceof WindowTooLargeError) || isSecond) throw error
      const fromS = Math.min(error.oldestS + 1, window.toS)
      return splitAt(drained(window, listing, names), fromS)[1]
    }
    return drained(window, listing, names)
  }
}
