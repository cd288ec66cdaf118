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
  readonly nowMs: () => number
}

/** A window in its place among the others. */
interface Place {
  window: Window
  state: 'planned' | 'fetching' | 'came'
  /** Of the events it holds, once it came. */
  bytes: number
  readonly drained: PromiseWithResolvers<Drained>
}

/**
 * Lists a segment in windows of one to five pages, several at once, and hands them out oldest first. A window begins when
 * those before it leave it room in what `Ahead` allows (invariant 5); the one that is waited for, at once. A window that turns
 * out to hold many times what was expected is cut, and its parts are held beside later windows: as much again for each cut in
 * a cut.
 */
export class Backfill {
  readonly #options: BackfillOptions
  readonly #queue: PQueue
  /** The windows that are not taken, oldest first and without a gap. */
  readonly #places: Place[] = []
  readonly #ahead: Ahead
  readonly #density = new Density()
  #plannedToS: number
  /** Whoever takes the windows waits for the head. */
  #isWaitedFor = false

  constructor(options: BackfillOptions) {
    this.#options = options
    this.#plannedToS = options.segment.nextS
    this.#queue = new PQueue({ concurrency: options.concurrency() })
    this.#ahead = new Ahead(options.nowMs)
  }

  /** The oldest window that has not been taken; undefined when the segment is done. */
  head(signal: AbortSignal): Promise<Drained> | undefined {
    this.#ahead.ask()
    this.#begin(signal)
    const [head] = this.#places
    this.#isWaitedFor = head !== undefined && head.state !== 'came'
    this.#adapt()
    return head?.drained.promise
  }

  /** Takes the head away, once it has been handed out. */
  take(): void {
    this.#ahead.take(this.#places.shift()?.bytes ?? 0)
    this.#isWaitedFor = false
  }

  /** Resolves when no fetch is under way any more, once the scope has ended (invariant 7). */
  async atRest(): Promise<void> {
    await this.#queue.onIdle()
  }

  /** Begins the oldest windows for which there is room, and plans more when all have begun. */
  #begin(signal: AbortSignal): void {
    this.#queue.concurrency = this.#options.concurrency()
    let bytes = 0
    for (let index = 0; ; index++) {
      const place = this.#places[index] ?? this.#planNext()
      if (place === undefined) return
      bytes += this.#roomOf(place)
      if (place.state !== 'planned') continue
      if (index > 0 && bytes > this.#ahead.bytesMax) return
      this.#start(place, signal)
    }
  }

  /** Bytes that came, or are expected. A guessed window counts for none: it is cut after its first page, and there are few of them. */
  #roomOf({ state, bytes }: Place): number {
    if (state === 'came') return bytes
    return this.#density.isKnown ? this.#windowEvents * this.#density.eventBytes : 0
  }

  #planNext(): Place | undefined {
    const { segment } = this.#options
    if (this.#plannedToS >= segment.endS || this.#places.length >= this.#windowsMax) return undefined
    const place = placeOf({ fromS: this.#plannedToS, toS: Math.min(segment.endS, this.#plannedToS + this.#nextS) })
    this.#plannedToS = place.window.toS
    this.#places.push(place)
    return place
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

  #adapt(): void {
    if (this.#isWaitedFor) this.#ahead.wait()
    else this.#ahead.ready(this.#readyBytes)
  }

  get #readyBytes(): number {
    let sum = 0
    for (const { state, bytes } of this.#places) {
      if (state !== 'came') break
      sum += bytes
    }
    return sum
  }

  /** What a window is planned to hold. */
  get #windowEvents(): number {
    const { pageEvents, concurrency } = this.#options
    const fitting = Ahead.windowBytes(concurrency()) / this.#density.eventBytes
    return Math.min(PAGES_PER_WINDOW_MAX * pageEvents, Math.max(pageEvents, fitting))
  }

  /** A window with more is cut. One whose length was guessed is cut after its first page, which tells how dense events are. */
  get #eventsMax(): number {
    return this.#density.isKnown ? Math.ceil(2 * this.#windowEvents) : Math.max(1, this.#options.pageEvents - 1)
  }

  #start(place: Place, signal: AbortSignal): void {
    place.state = 'fetching'
    // Older windows are waited for first.
    const fetching = this.#queue.add(() => this.#fetch(place, signal), { priority: -place.window.fromS })
    fetching.catch(place.drained.reject)
  }

  /** Fetches the window; of one that holds too much the oldest part, before the places of its other parts. */
  async #fetch(place: Place, signal: AbortSignal): Promise<void> {
    while (place.state !== 'came') {
      const { window } = place
      const ended = this.#ahead.begin()
      const result = await this.#options.drain(window, this.#eventsMax, signal)
      ended()
      const bytes = bytesOf(result)
      this.#density.saw(result, result.events.length, bytes)
      if (result.fromS === window.fromS) came(place, result, bytes)
      else this.#cut(place, result, bytes)
      this.#adapt()
      this.#begin(signal)
    }
  }

  /** Leaves the oldest part of what is still to be listed to `place`, and makes places for the others and for what came. */
  #cut(place: Place, result: Drained, bytes: number): void {
    const [first, ...others] = this.#partsOf({ fromS: place.window.fromS, toS: result.fromS }, result)
    place.window = first!
    const later = others.map(placeOf)
    if (result.toS > result.fromS) {
      const newest = placeOf(result)
      came(newest, result, bytes)
      later.push(newest)
    }
    this.#places.splice(this.#places.indexOf(place) + 1, 0, ...later)
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

function placeOf(window: Window): Place {
  const drained = Promise.withResolvers<Drained>()
  drained.promise.catch(() => {}) // Heard of when it is the head; until then it must not count as unhandled.
  return { window, state: 'planned', bytes: 0, drained }
}

function came(place: Place, result: Drained, bytes: number): void {
  place.state = 'came'
  place.bytes = bytes
  place.drained.resolve(result)
}

/** Its events' text; most of it is of one byte a character. */
function bytesOf({ events }: Drained): number {
  let bytes = 0
  for (const { text } of events) bytes += text.length
  return bytes
}
