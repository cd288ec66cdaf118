import { hash } from 'node:crypto'
import type { Unreadable } from '../core/batch.ts'
import type { EventHistory } from '../core/source.ts'

/** The oldest are forgotten beyond this. */
const PIECES_MAX = 10_000

/** Pieces that are no events and have been handed out: every listing of their place comes upon them again. */
export class KnownPieces {
  readonly #history: EventHistory
  #hashes: Set<string> | undefined

  constructor(history: EventHistory) {
    this.#history = history
  }

  /** The pieces that are not known to be handed out or dead letters; they are from now on. Two of one text are one piece. */
  fresh(pieces: readonly Unreadable[]): readonly Unreadable[] {
    if (pieces.length === 0) return pieces
    // Asked for with the first piece alone: most streams never have one.
    this.#hashes ??= this.#journaled()
    const known = this.#hashes
    return pieces.filter(({ text }) => addNew(known, keyOf(text)))
  }

  #journaled(): Set<string> {
    const newestFirst = Iterator.from(this.#history.unreadable?.() ?? [])
    return new Set(newestFirst.take(PIECES_MAX).map(keyOf).toArray().toReversed())
  }
}

const keyOf = (text: string) => hash('sha256', text, 'base64')

/** False when it is known already. */
function addNew(known: Set<string>, key: string): boolean {
  if (known.has(key)) return false
  known.add(key)
  if (known.size > PIECES_MAX) for (const oldest of known.values().take(1)) known.delete(oldest)
  return true
}
