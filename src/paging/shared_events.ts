import type { LogEvent } from '../core/event.ts'
import { hasOwnTime } from '../record/received.ts'
import type { Window } from './drained.ts'
import type { Segment } from './position.ts'

/**
 * Events of where sweeps and the past list the same time. What one of them hands out while a listing of the other waits for
 * its turn is journaled before that one's window is sealed, whether it listed the event or came too early for it: its digest
 * is to say what the journal held then.
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

  /** After a sweep: the next one begins later. What the past has still open waits for it. */
  forget(segments: readonly Segment[]): void {
    for (const [id, timeS] of this.#timeS) if (!segments.some(({ nextS, endS }) => timeS >= nextS && timeS <= endS)) this.#timeS.delete(id)
  }
}
