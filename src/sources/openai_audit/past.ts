import type { Batch } from '../../core/batch.ts'
import { RetryableError } from '../../core/errors.ts'
import { Backfill } from './backfill.ts'
import { type Drained, drained, seal, splitAt } from './drained.ts'
import { Listing, type Window, WindowTooLargeError } from './listing.ts'
import { encodePosition, segmentListed } from './position.ts'
import { encodeQuery } from './query.ts'
import type { Reading } from './stream.ts'

/** Events of one second, which has no parts. */
const SECOND_EVENTS_MAX = 1_000_000

function tooLarge(secondS: number): RetryableError {
  return new RetryableError(
    'openai_audit.second_too_large',
    `The API lists more than ${SECOND_EVENTS_MAX} events in the second ${new Date(secondS * 1000).toISOString()}. ` +
      'The position stays before it. Read them by several sources with narrower filters, such as project_ids.',
  )
}

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
        drain: (window, eventsMax, scope) => options.client.untilDone(() => this.#drain(window, eventsMax, scope), scope),
        concurrency: () => options.limit.value,
      })
      this.#backfill = { endS: segment.endS, windows }
    }
    return this.#backfill.windows.head(signal)
  }

  /** Resolves when nothing of it is under way any more, once the scope has ended (invariant 7). */
  async atRest(): Promise<void> {
    await this.#backfill?.windows.atRest()
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

  /** The window, or the newest part of one that is too large. */
  async #drain(window: Window, windowEventsMax: number, signal: AbortSignal): Promise<Drained> {
    const { options } = this.#reading
    const names = { source: options.context.id, stream: options.name, receivedMs: options.context.clock.now() }
    const isSecond = window.toS - window.fromS <= 1
    const listing = new Listing({
      ask: (question, scope) => options.client.ask(encodeQuery(question, options.query), scope),
      pageEvents: options.query.pageEvents,
      direction: options.direction,
      windowEventsMax: isSecond ? SECOND_EVENTS_MAX : windowEventsMax,
    })
    try {
      await listing.drain(window, signal)
    } catch (error) {
      if (!(error instanceof WindowTooLargeError)) throw error
      if (isSecond) throw tooLarge(window.fromS)
      return splitAt(drained(window, listing, names), error.wholeFromS)[1]
    }
    return drained(window, listing, names)
  }
}
