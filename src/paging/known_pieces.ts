import { hash } from 'node:crypto'
import type { Unreadable } from '../core/batch.ts'

/** The oldest are forgotten beyond this. */
const PIECES_MAX = 10_000

/** Pieces that are no events and have been handed out: every listing of their place comes upon them again. */
export class KnownPieces {
  readonly #hashes = new Set<string>()

  /** Those that were not handed out in this life, or so long ago that they are forgotten. Two of one text are one piece. */
  fresh(pieces: readonly Unreadable[]): readonly Unreadable[] {
    return pieces.filter(({ text }) => this.#isNew(hash('sha256', text, 'base64')))
  }

  #isNew(key: string): boolean {
    if (this.#hashes.has(key)) return false
    this.#hashes.add(key)
    if (this.#hashes.size > PIECES_MAX) for (const oldest of this.#hashes.values().take(1)) this.#hashes.delete(oldest)
    return true
  }
}
