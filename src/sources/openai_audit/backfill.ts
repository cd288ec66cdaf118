import PQueue from 'p-queue'
import type { Drained, Window } from '../../paging/drained.ts'
import type { Segment } from '../../paging/position.ts'

/** Longer windows waste less on pages that are not full; shorter ones wait for each other with less in memory. */
const PAGES_PER_WINDOW_MAX = 5
const PARTS_MAX = 64
const FIRST_WINDOW_S = 3600
/** How much longer or shorter one window may be than the one before. */
const STRETCH_MAX = 8
/** Text of windows that are fetched, or are being fetched and expected to hold it, and wait for earlier ones. */
const AHEAD_BYTES_MAX = 16 * 1024 * 1024
/** Enough where whoever takes the windows is slower than the API. */
const AHEAD_BYTES_MIN = 2 * 1024 * 1024
/** Windows near the end are this many times as long as if all that are fetched at once shared what is left. */
const END_STRETCH = 2
/** Of one event, before the first window is there. */
const FIRST_EVENT_BYTES = 2048

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
 * Holds about `AHEAD_BYTES_MAX` of text (invariant 5) and twice its concurrency of windows beyond the one that is waited for.
 */
export class Backfill {
  readonly #options: BackfillOptions
  readonly #queue: PQueue
  readonly #windows: Fetch[] = []
  #plannedToS: number
  #windowS = FIRST_WINDOW_S
  #aheadBytes = 0
  #aheadBytesMax = AHEAD_BYTES_MIN
  #eventBytes = FIRST_EVENT_BYTES
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
    this.#adapt()
    return head?.fetching
  }

  /** Takes the head away, once it has been handed out. */
  take(window: Drained): void {
    const taken = this.#windows.shift()
    this.#windows.unshift(...(taken?.rest ?? []))
    this.#aheadBytes -= bytesOf(window)
    this.#isWaitedFor = false
  }

  #plan(signal: AbortSignal): void {
    const { segment, concurrency } = this.#options
    this.#queue.concurrency = concurrency()
    while (this.#plannedToS < segment.endS && this.#windows.length < 2 * concurrency() && this.#hasRoom) {
      const window = { fromS: this.#plannedToS, toS: Math.min(segment.endS, this.#plannedToS + this.#nextS) }
      this.#plannedToS = window.toS
      this.#windows.push(this.#start(window, 0, signal))
      // Until the density is known, only a few windows are guessed.
      if (this.#windowS === FIRST_WINDOW_S && this.#windows.length >= 4) return
    }
  }

  /** How long the next window is: near the end shorter ones, so that all that are fetched at once end together. */
  get #nextS(): number {
    const { segment, concurrency, pageEvents } = this.#options
    const shareS = (END_STRETCH * (segment.endS - this.#plannedToS)) / concurrency()
    const pageS = (this.#windowS * pageEvents) / this.#windowEvents
    return Math.max(1, Math.round(Math.min(this.#windowS, Math.max(pageS, shareS))))
  }

  /** Whoever is waited for is fetched whatever there is ahead of it. */
  get #hasRoom(): boolean {
    const expectedBytes = (this.#fetching + 1) * this.#windowEvents * this.#eventBytes
    return this.#windows.length === 0 || this.#aheadBytes + expectedBytes <= this.#aheadBytesMax
  }

  /** Who has to wait for the head wants more fetched ahead of it; who finds much ready would only have it held in memory. */
  #adapt(): void {
    if (this.#isWaitedFor) this.#aheadBytesMax = Math.min(AHEAD_BYTES_MAX, 2 * this.#aheadBytesMax)
    else if (this.#readyBytes > this.#aheadBytesMax / 2) this.#aheadBytesMax = Math.max(AHEAD_BYTES_MIN, this.#aheadBytesMax / 2)
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

  /** What a window is planned to hold: so little that all that are fetched at once fit into the memory ahead. */
  get #windowEvents(): number {
    const { pageEvents, concurrency } = this.#options
    const fitting = AHEAD_BYTES_MAX / (concurrency() * this.#eventBytes)
    return Math.min(PAGES_PER_WINDOW_MAX * pageEvents, Math.max(pageEvents, fitting))
  }

  /**
   * The oldest part of the window; what follows it goes into `rest`, in order. Of a window with twice what was planned
   * the newest part is kept, and the others are listed in windows of their own.
   */
  async #fetch(window: Window, rest: Fetch[], signal: AbortSignal): Promise<Drained> {
    const result = await this.#options.drain(window, Math.ceil(2 * this.#windowEvents), signal)
    const bytes = bytesOf(result)
    this.#aheadBytes += bytes
    if (result.events.length > 0) this.#eventBytes = bytes / result.events.length
    if (result.fromS < result.toS) this.#learn(result)
    this.#adapt()
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

  #learn({ fromS, toS, events }: Drained): void {
    const stretch = Math.min(STRETCH_MAX, Math.max(1 / STRETCH_MAX, this.#windowEvents / Math.max(1, events.length)))
    this.#windowS = Math.max(1, Math.round(Math.max(1, toS - fromS) * stretch))
  }
}

/** Its events' text; most of it is of one byte a character. */
function bytesOf({ events }: Drained): number {
  return events.reduce((sum, { text }) => sum + text.length, 0)
}
