import { type HeldSegment, Shelf } from '../shelf.ts'

/** Text held for the readers at the head, in bytes. */
const RING_BYTES_MAX = 8 * 2 ** 20

/** The newest appends, as they were handed in: a reader at the head neither reads nor parses. */
export class Ring {
  readonly #shelf = new Shelf<HeldSegment>()
  /** How far whoever reads fastest has come. */
  #reader = -1

  push(segment: HeldSegment): void {
    this.#shelf.push(segment)
    while (this.#shelf.bytes > RING_BYTES_MAX) this.#shelf.dropOldest()
  }

  /** What was removed from the file is not handed out any more either. */
  dropBefore(first: number): void {
    for (let oldest = this.#shelf.oldest; oldest !== undefined && oldest.first < first; oldest = this.#shelf.oldest)
      this.#shelf.dropOldest()
  }

  /** Whether so much more would drop what the fastest reader is just about to take. */
  isAheadOfReader(bytes: number): boolean {
    const { oldest } = this.#shelf
    if (oldest === undefined || this.#shelf.bytes + bytes <= RING_BYTES_MAX) return false
    return this.#reader >= oldest.first && this.#reader < oldest.first + oldest.count
  }

  at(position: number): HeldSegment | undefined {
    this.#reader = Math.max(this.#reader, position)
    return this.#shelf.at(position)
  }
}
