import type { Batch } from '../../core/batch.ts'
import { RetryableError } from '../../core/errors.ts'
import { type Drained, drained } from '../../paging/drained.ts'
import { handOut } from '../../paging/past.ts'
import { type Segment, segmentListedDownTo } from '../../paging/position.ts'
import type { Past, Reading } from '../../paging/stream.ts'
import { Descent, type DescentOptions } from './descent.ts'
import { SHAPE } from './query.ts'
import { Stretch } from './stretch.ts'

const PAGES_PER_PART = 10
/** What cannot be cut into parts, because it is of one second or in no order of time, is held whole. */
const PART_EVENTS_MAX = 1_000_000

/** The newest part of a segment. */
export interface Part extends Drained {
  /** The last element of it that has an id. */
  readonly cursor: string | undefined
  readonly isLast: boolean
}

/**
 * Lists the segments of the position one after the other, each newest first, in parts of whole seconds. The position
 * after a part is its oldest second and its last element: after a restart the walk goes on after that element, or, when
 * the API does not know it any more, comes down from the head again.
 */
export class DescendingPast implements Past<Part> {
  readonly #reading: Reading
  readonly #options: DescentOptions
  /** Where the walk down the first segment is, and what it has come upon and not handed out. */
  #walk: { readonly descent: Descent; readonly stretch: Stretch } | undefined
  #fetching: Promise<Part> | undefined

  constructor(reading: Reading, options: DescentOptions) {
    this.#reading = reading
    this.#options = options
  }

  head(signal: AbortSignal): Promise<Part> | undefined {
    const segment = this.#reading.position.segments[0]
    if (segment === undefined) return undefined
    if (this.#fetching === undefined) {
      this.#fetching = this.#reading.options.client.untilDone(() => this.#fetch(segment, signal), signal)
      this.#fetching.catch(() => {}) // Heard of when it is awaited; until then it must not count as unhandled.
    }
    return this.#fetching
  }

  hand(part: Part): Batch {
    this.#fetching = undefined
    return handOut(this.#reading, part, segmentListedDownTo(this.#reading.position, part.isLast ? undefined : part.fromS, part.cursor))
  }

  async atRest(): Promise<void> {
    await Promise.allSettled([this.#fetching])
  }

  async #fetch(segment: Segment, signal: AbortSignal): Promise<Part> {
    try {
      return await this.#part(segment, signal)
    } catch (error) {
      this.#walk = undefined // The next try begins after the last part.
      throw error
    }
  }

  async #part(segment: Segment, signal: AbortSignal): Promise<Part> {
    const { pageEvents } = this.#options
    const window = { fromS: segment.nextS, toS: segment.endS }
    this.#walk ??= { descent: await this.#begin(segment, signal), stretch: new Stretch(window) }
    const { descent, stretch } = this.#walk
    while (true) {
      stretch.take(descent.collected.elements)
      if (descent.isBelow(segment.nextS)) break
      if (stretch.events >= PAGES_PER_PART * pageEvents) {
        const cutS = stretch.cutS
        if (cutS !== undefined) return this.#cut(descent, stretch, cutS)
        if (stretch.events > PART_EVENTS_MAX) throw tooLarge(segment)
      } else if (stretch.events === 0 && descent.collected.elements.length >= PAGES_PER_PART * pageEvents) {
        descent.forget([]) // Still above the segment.
        stretch.reset()
      }
      if (!(await descent.advance(signal))) break
    }
    this.#walk = undefined
    const { order, duplicates, unreadable } = descent.collected
    return {
      ...drained(window, { elements: stretch.elements, order, duplicates, unreadable, isPart: true }, this.#names),
      cursor: undefined,
      isLast: true,
    }
  }

  /** The part from the second `cutS` on; what is older goes into the next one. */
  #cut(descent: Descent, stretch: Stretch, cutS: number): Part {
    const { duplicates, unreadable } = descent.collected
    const [newer, older] = stretch.splitAt(cutS)
    const window = { fromS: cutS, toS: stretch.window.toS }
    descent.forget(older)
    this.#walk = { descent, stretch: new Stretch({ fromS: stretch.window.fromS, toS: cutS }) }
    return {
      ...drained(window, { elements: newer, order: 'newest first', duplicates, unreadable, isPart: true }, this.#names),
      cursor: newer.findLast(({ id }) => id !== undefined)?.id,
      isLast: false,
    }
  }

  get #names() {
    const { context, name } = this.#reading.options
    return { source: context.id, stream: name, receivedMs: context.clock.now() }
  }

  async #begin({ cursor }: Segment, signal: AbortSignal): Promise<Descent> {
    const resumed = cursor === undefined ? undefined : await Descent.fromCursor(this.#options, cursor, signal)
    return resumed ?? Descent.fromHead(this.#options, signal)
  }
}

function tooLarge({ endS }: Segment): RetryableError {
  return new RetryableError(
    `${SHAPE.component}.part_too_large`,
    `The API lists more than ${PART_EVENTS_MAX} events before ${new Date(endS * 1000).toISOString()} in one second or in no order of time. ` +
      'The position stays; they are listed again.',
  )
}
