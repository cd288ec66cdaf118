import type { Clock } from '../core/clock.ts'
import { withinMs } from '../toolkit/within.ts'
import { Bell } from './bell.ts'
import { type HeldSegment, Shelf } from './shelf.ts'

/** Text held for the readers at the head, in bytes. */
const RING_BYTES_MAX = 8 * 2 ** 20
/** While the fastest reader at the head has more text than this to take, appends wait: text that lies longer than it has to grows old. */
const UNREAD_BYTES_MAX = 2 ** 19
/** How long an append waits for a reader that does not move. */
const READER_MS_MAX = 500

/** How far a reader is, in events before its place. */
export interface ReaderPlace {
  /** It is done with what was before. */
  readonly done: number
  /** It has taken what was before. */
  readonly taken: number
}

/** The newest appends, as they were handed in: a reader at the head neither reads nor parses. */
export class Ring {
  readonly #shelf = new Shelf<HeldSegment>()
  readonly #readers = new Map<object, ReaderPlace>()
  readonly #moved = new Bell()
  /** Of appends that are let through and not pushed yet. */
  #comingBytes = 0
  /** Where the fastest reader stood when it was waited for in vain: it is not waited for again before it moves. */
  #stuckAt: number | undefined
  readonly #onDrop: (segment: HeldSegment) => void

  constructor(onDrop: (segment: HeldSegment) => void = () => {}) {
    this.#onDrop = onDrop
  }

  push(segment: HeldSegment): void {
    this.#shelf.push(segment)
    for (let { oldest } = this.#shelf; oldest !== undefined && this.#shelf.bytes > RING_BYTES_MAX; oldest = this.#shelf.oldest)
      this.#drop(oldest)
  }

  /** A reader is at `place`; undefined: it has ended. What all readers at the head are done with is dropped. */
  readerMoved(reader: object, place: ReaderPlace | undefined): void {
    if (place === undefined) this.#readers.delete(reader)
    else this.#readers.set(reader, place)
    this.dropBefore(Math.min(...this.#readersAtHead().map(({ done }) => done)))
    this.#moved.ring()
  }

  /** Drops what ends at `position` or before it, such as what was removed from the file. */
  dropBefore(position: number): void {
    if (position === Infinity) return // No reader is at the head.
    for (let { oldest } = this.#shelf; oldest !== undefined && oldest.first + oldest.count <= position; oldest = this.#shelf.oldest)
      this.#drop(oldest)
  }

  /** Whether the fastest reader is to come first: it has much to take, or `bytes` more would drop what it is at. */
  #isAheadOfReader(bytes: number): boolean {
    const fastest = this.#fastest
    if (fastest === undefined || fastest.taken === this.#stuckAt) return false
    const unread = this.#comingBytes + this.#shelf.bytesFrom(fastest.taken)
    const held = this.#comingBytes + this.#shelf.bytesFrom(fastest.done)
    return unread > UNREAD_BYTES_MAX || (held > 0 && held + bytes > RING_BYTES_MAX)
  }

  get #fastest(): ReaderPlace | undefined {
    return this.#readersAtHead().toSorted((a, b) => b.taken - a.taken)[0]
  }

  /**
   * To be called before `bytes` more are pushed. In a burst it waits until the fastest reader at the head has come along, as
   * long as that moves: what it takes here is not read and parsed again. The bytes count as pushed until the result is
   * disposed of.
   */
  async letReadersIn(bytes: number, clock: Clock, signal: AbortSignal): Promise<Disposable> {
    while (this.#isAheadOfReader(bytes)) {
      const ended = new AbortController()
      const moved = this.#moved.wait(AbortSignal.any([signal, ended.signal])).then(() => true)
      moved.catch(() => {}) // It may end by the abort below, when nobody waits for it.
      const hasMoved = await withinMs(moved, READER_MS_MAX, clock, signal)
      ended.abort()
      if (hasMoved !== true) this.#stuckAt = this.#fastest?.taken
    }
    this.#comingBytes += bytes // In the same turn as the last look, so that the next append to look sees them.
    return {
      [Symbol.dispose]: () => {
        this.#comingBytes -= bytes
      },
    }
  }

  at(position: number): HeldSegment | undefined {
    return this.#shelf.at(position)
  }

  #drop(oldest: HeldSegment): void {
    this.#shelf.dropOldest()
    this.#onDrop(oldest)
  }

  /** The readers that find here what they are at. */
  #readersAtHead(): readonly ReaderPlace[] {
    const { oldest } = this.#shelf
    return oldest === undefined ? [] : [...this.#readers.values()].filter(({ done }) => done >= oldest.first)
  }
}
