import type { Batch, Position } from '../core/batch.ts'
import type { LogEvent } from '../core/event.ts'
import type { FoundEvent, ReadOptions } from './journal.ts'
import { eventCount } from './position.ts'
import type { ReaderPlace } from './ring.ts'
import type { Segment } from './shelf.ts'

/** Text of one batch, unless a single append is longer. In UTF-16 units, which is what memory holds. */
const BATCH_CHARS_MAX = 8 * 2 ** 20
/** Events of other sources that one batch may pass over: its position tells how far the reader is. */
const PASSED_EVENTS_MAX = 50_000

/** What a reader needs of a journal. */
export interface Feed {
  /** Events appended so far. */
  head(): number
  /** The retained segment that holds the event number `position`, or the next one; undefined at the head. */
  segmentAt(position: number): Segment | undefined
  /** Resolves once the head is beyond `position`; rejects with the reason of `signal`. */
  beyond(position: number, signal: AbortSignal): Promise<void>
  /** Hears how far a reader is; undefined: it has ended. */
  readerMoved?(reader: object, place: ReaderPlace | undefined): void
}

/** See `JournalReader.find`: of the events from the number `first` on. */
export function* found(eventId: string, first: number, events: readonly LogEvent[]): Generator<FoundEvent> {
  for (let index = events.length - 1; index >= 0; index--) {
    const event = events[index]!
    if (event.id === eventId) yield { event, position: first + index }
  }
}

/** See `JournalReader.read`. */
export async function* readBatches(
  feed: Feed,
  from: Position | undefined,
  options: ReadOptions,
  signal: AbortSignal,
): AsyncGenerator<Batch<LogEvent>> {
  let position = from === undefined ? 0 : eventCount(from, feed.head())
  const gatherer = new Gatherer(feed, options)
  const waiting = AbortSignal.any([signal, options.endAtHead])
  try {
    for (;;) {
      signal.throwIfAborted()
      const batch = gatherer.next(position)
      feed.readerMoved?.(gatherer, { done: position, taken: batch.position })
      if (batch.position > position) {
        position = batch.position
        yield batch
      } else {
        if (options.endAtHead.aborted) return
        await feed.beyond(position, waiting).catch((error: unknown) => {
          if (!waiting.aborted) throw error // The next turn of the loop deals with the abort.
        })
      }
    }
  } finally {
    feed.readerMoved?.(gatherer, undefined)
  }
}

/** Makes batches out of segments: small appends are put together, long ones are split. */
class Gatherer {
  readonly #feed: Feed
  readonly #eventsMax: number
  readonly #sources: ReadonlySet<string> | undefined
  /** Kept while a batch ends within it, so that a long append is read and parsed once. */
  #segment: Segment | undefined

  constructor(feed: Feed, { batchEventsMax, sources }: ReadOptions) {
    this.#feed = feed
    this.#eventsMax = Math.max(1, batchEventsMax)
    this.#sources = sources === undefined ? undefined : new Set(sources)
  }

  /** The batch after `from`; its position is `from` at the head. */
  next(from: number): Batch<LogEvent> & { readonly position: number } {
    const events: LogEvent[] = []
    const ends: number[] = []
    let position = from
    let chars = 0
    while (events.length < this.#eventsMax && chars < BATCH_CHARS_MAX && position - from < PASSED_EVENTS_MAX) {
      const head = this.#feed.head() // Asked first: what is appended meanwhile must not be taken for removed.
      const segment = this.#segmentAt(position)
      if (segment === undefined) {
        position = Math.max(position, head)
        break
      }
      const end = segment.first + segment.count
      if (this.#sources !== undefined && !this.#sources.has(segment.source)) {
        position = end
        continue
      }
      const offset = Math.max(0, position - segment.first)
      const part = segment.events().slice(offset, offset + this.#eventsMax - events.length)
      for (const [index, event] of part.entries()) {
        events.push(event)
        ends.push(segment.first + offset + index + 1)
        chars += event.text.length
      }
      position = part.length === 0 ? end : segment.first + offset + part.length
    }
    return { events, position, positionAfter: count => ends[count - 1] ?? from, isAtHead: position >= this.#feed.head() }
  }

  #segmentAt(position: number): Segment | undefined {
    const kept = this.#segment
    if (kept === undefined || position < kept.first || position >= kept.first + kept.count) {
      this.#segment = this.#feed.segmentAt(position)
    }
    return this.#segment
  }
}
