import type { LogEvent } from '../core/event.ts'
import { hasOwnTime } from '../record/received.ts'
import type { Window } from './drained.ts'
import type { Segment } from './position.ts'

/**
 * Events of a time that both sweeps and the past list. While a window that one of them has listed waits to be handed out, the
 * other may hand out an event of the same time. The journal then holds it before that window is sealed, whether the window
 * lists it or was listed too early: the digest has to say what the journal held.
 */
export class SharedEvents {
  readonly #timeS = new Map<string, number>()

  /** Of events that were handed out just now, those within `shared`. */
  add(events: readonly LogEvent[], shared: Window): void {
    if (shared.fromS >= shared.toS) return
    for (const event of events) {
      const { id } = event
      const timeS = event.timeMs / 1000
      if (timeS >= shared.fromS && timeS < shared.toS && hasOwnTime(event)) this.#timeS.set(id, timeS)
    }
  }

  *within({ fromS, toS }: Window): Generator<string> {
    for (const [id, timeS] of this.#timeS) if (timeS >= fromS && timeS < toS) yield id
  }

  /** After a sweep, since the next one begins later: forgets all but what the past has still to list. */
  forget(segments: readonly Segment[]): void {
    for (const [id, timeS] of this.#timeS) if (!segments.some(({ nextS, endS }) => timeS >= nextS && timeS <= endS)) this.#timeS.delete(id)
  }
}
