import type { Batch } from '../../core/batch.ts'
import { Backfill } from './backfill.ts'
import { type Drained, drained, seal } from './drained.ts'
import { Listing, type Window, WindowTooLargeError } from './listing.ts'
import { encodePosition, segmentListed } from './position.ts'
import { encodeQuery } from './query.ts'
import type { Reading } from './stream.ts'

/** Events of one window; more are listed in parts. */
const WINDOW_EVENTS_MAX = 20_000
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
        drain: (window, scope) => this.#drain(window, scope),
        concurrency: () => options.limit.value,
      })
      this.#backfill = { endS: segment.endS, windows }
    }
    this.#backfill.windows.resize()
    return this.#backfill.windows.head(signal)
  }

  /** The batch of a window that `head` gave: its events, its row of the ledger, and the position behind it. */
  hand(window: Drained, signal: AbortSignal): Batch {
    const { options, known, position } = this.#reading
    const { context, name, overlapS, client } = options
    this.#backfill!.windows.take(window, signal)
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

  /** Goes on until the window, or the first part of one that is too large, is drained. */
  async #drain(window: Window, signal: AbortSignal): Promise<Drained> {
    const { client } = this.#reading.options
    for (let failures = 0, part = window; ; ) {
      try {
        return await this.#drainOnce(part, signal)
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof WindowTooLargeError && part.toS - part.fromS > 1) {
          part = { fromS: part.fromS, toS: part.fromS + Math.floor((part.toS - part.fromS) / 2) }
        } else {
          await client.pauseAfter(error as Error, failures++, signal)
        }
      }
    }
  }

  async #drainOnce(window: Window, signal: AbortSignal): Promise<Drained> {
    const { options } = this.#reading
    const listing = new Listing({
      ask: (question, scope) => options.client.ask(encodeQuery(question, options.query), scope),
      pageEvents: options.query.pageEvents,
      windowEventsMax: window.toS - window.fromS > 1 ? WINDOW_EVENTS_MAX : SECOND_EVENTS_MAX,
    })
    await listing.drain(window, signal)
    return drained(window, listing, { source: options.context.id, stream: options.name, receivedMs: options.context.clock.now() })
  }
}
