import { type HeldSegment, Shelf } from '../shelf.ts'

/** Text held for the readers at the head, in bytes. */
const RING_BYTES_MAX = 8 * 2 ** 20

/** The newest appends, as they were handed in: a reader at the head neither reads nor parses. */
export class Ring {
  readonly #shelf = new Shelf<HeldSegment>()

  push(segment: HeldSegment): void {
    this.#shelf.push(segment)
    while (this.#shelf.bytes > RING_BYTES_MAX) this.#shelf.dropOldest()
  }

  /** What was removed from the file is not handed out any more either. */
  dropBefore(first: number): void {
    for (let oldest = this.#shelf.oldest; oldest !== undefined && oldest.first < first; oldest = this.#shelf.oldest)
      this.#shelf.dropOldest()
  }

  at(position: number): HeldSegment | undefined {
    return this.#shelf.at(position)
  }
}
