import type { Clock } from '../core/clock.ts'
import { withinMs } from '../toolkit/within.ts'
import { Bell } from './bell.ts'
import { type HeldSegment, Shelf } from './shelf.ts'

/** Text held for the readers at the head, in bytes. */
const RING_BYTES_MAX = 8 * 2 ** 20
/** How long an append leaves what it would drop to a reader that is just about to take it and does not move. */
const READER_MS_MAX = 500

/** The newest appends, as they were handed in: a reader at the head neither reads nor parses. */
export class Ring {
  readonly #shelf = new Shelf<HeldSegment>()
  readonly #readers = new Map<object, number>()
  readonly #moved = new Bell()
  /** Of appends that are let through and not pushed yet. */
  #comingBytes = 0
  readonly #onDrop: (segment: HeldSegment) => void

  constructor(onDrop: (segment: HeldSegment) => void = () => {}) {
    this.#onDrop = onDrop
  }

  push(segment: HeldSegment): void {
    this.#shelf.push(segment)
    for (let { oldest } = this.#shelf; oldest !== undefined && this.#shelf.bytes > RING_BYTES_MAX; oldest = this.#shelf.oldest)
      this.#drop(oldest)
  }

  /** A reader has come so far, or has ended. What all that read from here have passed is let go. */
  readerMoved(reader: object, position: number | undefined): void {
    if (position === undefined) this.#readers.delete(reader)
    else this.#readers.set(reader, position)
    const { oldest } = this.#shelf
    if (oldest !== undefined) this.dropBefore(Math.min(...this.#positionsFrom(oldest.first)))
    this.#moved.ring()
  }

  /** What was removed from the file is not handed out any more either. */
  dropBefore(position: number): void {
    if (position === Infinity) return
    for (let { oldest } = this.#shelf; oldest !== undefined && oldest.first + oldest.count <= position; oldest = this.#shelf.oldest)
      this.#drop(oldest)
  }

  /** Whether so much more would drop what the fastest reader is just about to take. */
  #isAheadOfReader(bytes: number): boolean {
    const { oldest } = this.#shelf
    const next = oldest && this.#shelf.at(Math.max(...this.#positionsFrom(oldest.first)))
    if (oldest === undefined || next === undefined) return false
    return this.#shelf.bytes - (next.bytesBefore - oldest.bytesBefore) + this.#comingBytes + bytes > RING_BYTES_MAX
  }

  /**
   * Before so much more is pushed: in a burst the readers at the head come first, for what they take here is not read and
   * parsed again. What is given counts as pushed until it is disposed of.
   */
  async letReadersIn(bytes: number, clock: Clock, signal: AbortSignal): Promise<Disposable> {
    while (this.#isAheadOfReader(bytes)) {
      const ended = new AbortController()
      const moved = this.#moved.wait(AbortSignal.any([signal, ended.signal])).then(() => true)
      moved.catch(() => {}) // It ends with this wait, whichever way that goes.
      const hasMoved = await withinMs(moved, READER_MS_MAX, clock, signal)
      ended.abort()
      if (hasMoved !== true) break
    }
    this.#comingBytes += bytes // In one turn with the look: of two that wait for one reader the other looks again.
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

  #positionsFrom(first: number): readonly number[] {
    return [...this.#readers.values()].filter(position => position >= first)
  }
}
