import PQueue from 'p-queue'
import type { Drained } from './drained.ts'
import type { Window } from './listing.ts'
import type { Segment } from './position.ts'

const PAGES_PER_WINDOW = 5
const FIRST_WINDOW_S = 3600
/** How much longer or shorter one window may be than the one before. */
const STRETCH_MAX = 8
/** Events of windows that are fetched and wait for earlier ones. */
const AHEAD_EVENTS_MAX = 100_000

export interface BackfillOptions {
  readonly segment: Segment
  readonly pageEvents: number
  /** Lists one window to its end, or the first part of one that is too large; goes on until it is drained. */
  readonly drain: (window: Window, signal: AbortSignal) => Promise<Drained>
  /** Windows fetched at once, now. */
  readonly concurrency: () => number
}

/**
 * Lists a segment in windows of about five pages, several at once, and hands them out oldest first.
 * Holds at most `AHEAD_EVENTS_MAX` events and twice its concurrency of windows beyond the one that is waited for.
 */
export class Backfill {
  readonly #options: BackfillOptions
  readonly #queue: PQueue
  readonly #windows: { readonly planned: Window; readonly fetching: Promise<Drained> }[] = []
  #plannedToS: number
  #windowS = FIRST_WINDOW_S
  #aheadEvents = 0

  constructor(options: BackfillOptions) {
    this.#options = options
    this.#plannedToS = options.segment.nextS
    this.#queue = new PQueue({ concurrency: options.concurrency() })
  }

  /** To be called when `concurrency` gives another number. */
  resize(): void {
    this.#queue.concurrency = this.#options.concurrency()
  }

  /** The oldest window that has not been taken; undefined when the segment is done. */
  head(signal: AbortSignal): Promise<Drained> | undefined {
    this.#plan(signal)
    return this.#windows[0]?.fetching
  }

  /** Takes the head away, once it has been handed out. What it left of its window, being too large, comes next. */
  take(window: Drained, signal: AbortSignal): void {
    const { planned } = this.#windows.shift()!
    this.#aheadEvents -= window.events.length
    if (window.toS < planned.toS) this.#windows.unshift(this.#start({ fromS: window.toS, toS: planned.toS }, 1, signal))
  }

  #plan(signal: AbortSignal): void {
    const { segment, concurrency } = this.#options
    while (this.#plannedToS < segment.endS && this.#windows.length < 2 * concurrency() && this.#aheadEvents < AHEAD_EVENTS_MAX) {
      const window = { fromS: this.#plannedToS, toS: Math.min(segment.endS, this.#plannedToS + this.#windowS) }
      this.#plannedToS = window.toS
      this.#windows.push(this.#start(window, 0, signal))
      // Until the density is known, only a few windows are guessed.
      if (this.#windowS === FIRST_WINDOW_S && this.#windows.length >= 4) return
    }
  }

  #start(planned: Window, priority: number, signal: AbortSignal) {
    const fetching = this.#queue.add(() => this.#fetch(planned, signal), { priority })
    fetching.catch(() => {}) // Heard of when it is the head; until then it must not count as unhandled.
    return { planned, fetching }
  }

  async #fetch(window: Window, signal: AbortSignal): Promise<Drained> {
    const result = await this.#options.drain(window, signal)
    this.#aheadEvents += result.events.length
    this.#learn(result, result.events.length)
    this.#plan(signal)
    return result
  }

  #learn({ fromS, toS }: Window, events: number): void {
    const lengthS = toS - fromS
    const wanted = PAGES_PER_WINDOW * this.#options.pageEvents
    const stretch = Math.min(STRETCH_MAX, Math.max(1 / STRETCH_MAX, wanted / Math.max(1, events)))
    this.#windowS = Math.max(1, Math.round(lengthS * stretch))
  }
}
