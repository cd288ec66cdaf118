import PQueue from 'p-queue'
import type { Drained, Window } from '../../paging/drained.ts'
import type { Segment } from '../../paging/position.ts'
import { Ahead } from './ahead.ts'
import { Density } from './density.ts'

/** Longer windows waste less on pages that are not full; shorter ones wait for each other with less in memory. */
const PAGES_PER_WINDOW_MAX = 5
const PARTS_MAX = 64
/** Windows that are guessed while nothing is known of how dense events are. */
const GUESSED_WINDOWS_MAX = 4
/** Windows near the end are this many times as long as if all that are fetched at once shared what is left. */
const END_STRETCH = 2

export interface BackfillOptions {
  readonly segment: Segment
  readonly pageEvents: number
  /** Lists one window to its end, or the newest part of one with more than `eventsMax`; goes on until that is done. */
  readonly drain: (window: Window, eventsMax: number, signal: AbortSignal) => Promise<Drained>
  /** Windows fetched at once, now. */
  readonly concurrency: () => number
}

/** A window that is being fetched, and what follows it where it turned out to be too large. */
interface Fetch {
  readonly fetching: Promise<Drained>
  readonly rest: Fetch[]
  /** Undefined while it is being fetched. */
  bytes?: number
}

/**
 * Lists a segment in windows of one to five pages, several at once, and hands them out oldest first.
 * Holds what `Ahead` allows and twice its concurrency of windows beyond the one that is waited for (invariant 5).
 */
export class Backfill {
  readonly #options: BackfillOptions
  readonly #queue: PQueue
  readonly #windows: Fetch[] = []
  readonly #ahead = new Ahead()
  readonly #density = new Density()
  #plannedToS: number
  #fetching = 0
  /** Whoever takes the windows waits for the head. */
  #isWaitedFor = false

  constructor(options: BackfillOptions) {
    this.#options = options
    this.#plannedToS = options.segment.nextS
    this.#queue = new PQueue({ concurrency: options.concurrency() })
  }

  /** The oldest window that has not been taken; undefined when the segment is done. */
  head(signal: AbortSignal): Promise<Drained> | undefined {
    this.#plan(signal)
    const [head] = this.#windows
    this.#isWaitedFor = head !== undefined && head.bytes === undefined
    this.#ahead.adapt(this.#isWaitedFor, this.#readyBytes)
    return head?.fetching
  }

  /** Takes the head away, once it has been handed out. */
  take(window: Drained): void {
    const taken = this.#windows.shift()
    this.#windows.unshift(...(taken?.rest ?? []))
    this.#ahead.take(bytesOf(window))
    this.#isWaitedFor = false
  }

  #plan(signal: AbortSignal): void {
    const { segment, concurrency } = this.#options
    this.#queue.concurrency = concurrency()
    while (this.#plannedToS < segment.endS && this.#windows.length < this.#windowsMax && this.#hasRoom) {
      const window = { fromS: this.#plannedToS, toS: Math.min(segment.endS, this.#plannedToS + this.#nextS) }
      this.#plannedToS = window.toS
      this.#windows.push(this.#start(window, 0, signal))
    }
  }

  get #windowsMax(): number {
    return this.#density.isKnown ? 2 * this.#options.concurrency() : GUESSED_WINDOWS_MAX
  }

  /** How long the next window is: near the end shorter ones, so that all that are fetched at once end together. */
  get #nextS(): number {
    const { segment, concurrency, pageEvents } = this.#options
    const shareS = (END_STRETCH * (segment.endS - this.#plannedToS)) / concurrency()
    const nearEndS = Math.max(this.#density.secondsOf(pageEvents), shareS)
    return Math.max(1, Math.round(Math.min(this.#density.secondsOf(this.#windowEvents), nearEndS)))
  }

  /** Whoever is waited for is fetched whatever there is ahead of it. */
  get #hasRoom(): boolean {
    const expectedBytes = (this.#fetching + 1) * this.#windowEvents * this.#density.eventBytes
    return this.#windows.length === 0 || this.#ahead.hasRoomFor(expectedBytes)
  }

  get #readyBytes(): number {
    let sum = 0
    for (const { bytes } of this.#windows) {
      if (bytes === undefined) break
      sum += bytes
    }
    return sum
  }

  /** Resolves when no fetch is under way any more, once the scope has ended (invariant 7). */
  async atRest(): Promise<void> {
    await this.#queue.onIdle()
  }

  #start(planned: Window, priority: number, signal: AbortSignal): Fetch {
    const rest: Fetch[] = []
    this.#fetching++
    const fetching = this.#queue.add(() => this.#fetch(planned, rest, signal), { priority }).finally(() => this.#fetching--)
    const fetch: Fetch = { fetching, rest }
    fetching.then(
      window => {
        fetch.bytes = bytesOf(window)
      },
      () => {}, // Heard of when it is the head; until then it must not count as unhandled.
    )
    return fetch
  }

  /** What a window is planned to hold. */
  get #windowEvents(): number {
    const { pageEvents, concurrency } = this.#options
    const fitting = Ahead.windowBytes(concurrency()) / this.#density.eventBytes
    return Math.min(PAGES_PER_WINDOW_MAX * pageEvents, Math.max(pageEvents, fitting))
  }

  /** A window with more is cut: one whose length was guessed after its first page, which tells how dense events are. */
  get #eventsMax(): number {
    return this.#density.isKnown ? Math.ceil(2 * this.#windowEvents) : Math.max(1, this.#options.pageEvents - 1)
  }

  /**
   * The oldest part of the window; what follows it goes into `rest`, in order. Of a window with too much the newest part is
   * kept, and the others are listed in windows of their own.
   */
  async #fetch(window: Window, rest: Fetch[], signal: AbortSignal): Promise<Drained> {
    const came = this.#ahead.begin()
    const result = await this.#options.drain(window, this.#eventsMax, signal)
    const bytes = bytesOf(result)
    came(bytes)
    this.#density.saw(result, result.events.length, bytes)
    this.#ahead.adapt(this.#isWaitedFor, this.#readyBytes)
    this.#plan(signal)
    if (result.fromS === window.fromS) return result
    const [first, ...others] = this.#partsOf({ fromS: window.fromS, toS: result.fromS }, result)
    // Older windows are waited for first, so they come before what is planned.
    const fetches = others.map(part => this.#start(part, 1, signal))
    rest.unshift(...fetches, ...(result.toS > result.fromS ? [{ fetching: Promise.resolve(result), rest: [], bytes }] : []))
    return this.#fetch(first!, rest, signal)
  }

  /** Cuts a window as the density of its newer neighbour suggests; at least in two where it can be cut. */
  #partsOf({ fromS, toS }: Window, neighbour: Drained): readonly Window[] {
    const lengthS = toS - fromS
    const eventsPerSecond = neighbour.events.length / Math.max(1, neighbour.toS - neighbour.fromS)
    const wanted = Math.ceil((lengthS * eventsPerSecond) / this.#windowEvents)
    const count = Math.min(lengthS, PARTS_MAX, Math.max(2, wanted))
    const boundary = (n: number) => fromS + Math.floor((lengthS * n) / count)
    return Array.from({ length: count }, (_, n) => ({ fromS: boundary(n), toS: boundary(n + 1) }))
  }
}

/** Its events' text; most of it is of one byte a character. */
function bytesOf({ events }: Drained): number {
  return events.reduce((sum, { text }) => sum + text.length, 0)
}
