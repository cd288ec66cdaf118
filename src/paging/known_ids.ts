import type { EventHistory } from '../core/source.ts'
import type { StreamPosition } from './position.ts'

/**
 * The ids that are journaled and may be listed again: those of twice the overlap before the last sweep,
 * and those of windows that are not sealed yet. It survives a restart because the journal does.
 */
export class KnownIds {
  readonly #timeS = new Map<string, number>()

  /** Those of events from `fromS` on, and of the segments. */
  static load(history: EventHistory, { frontierS, segments }: StreamPosition, fromS: number): KnownIds {
    const known = new KnownIds()
    const ranges = segments.map(({ nextS, endS }) => [nextS, endS] as const)
    for (const [beginS, toS] of [...ranges, [fromS, Number.MAX_SAFE_INTEGER / 1000] as const]) {
      // Their own times are not known: they count as the newest of their range.
      for (const id of history.ids(beginS * 1000, toS * 1000)) known.#timeS.set(id, Math.min(toS, frontierS))
    }
    return known
  }

  get size(): number {
    return this.#timeS.size
  }

  has(id: string): boolean {
    return this.#timeS.has(id)
  }

  add(id: string, timeS: number): void {
    this.#timeS.set(id, timeS)
  }

  /** Forgets what is older than twice the overlap, but for what may be listed again with a window that is not sealed. */
  forget({ frontierS, segments }: StreamPosition, overlapS: number): void {
    const fromS = frontierS - 2 * overlapS
    for (const [id, timeS] of this.#timeS) {
      if (timeS < fromS && !segments.some(({ nextS, endS }) => timeS >= nextS && timeS <= endS)) this.#timeS.delete(id)
    }
  }
}
