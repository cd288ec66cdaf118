import type { Window } from '../../paging/drained.ts'

const FIRST_WINDOW_S = 3600
/** Of one event, before the first one is there. */
const FIRST_EVENT_BYTES = 2048
/** How much longer or shorter than what was listed the next window may be. */
const STRETCH_MAX = 8

/** How dense the events of a segment are, and how large, by what was listed of it. */
export class Density {
  #lengthS = FIRST_WINDOW_S / STRETCH_MAX
  #events = 0
  #seenToS = Number.NEGATIVE_INFINITY
  #eventBytes: number | undefined

  /** Whether any events were listed. */
  get isKnown(): boolean {
    return this.#eventBytes !== undefined
  }

  /** Text of one event. */
  get eventBytes(): number {
    return this.#eventBytes ?? FIRST_EVENT_BYTES
  }

  /** `bytes`: text of the events. The latest window in time counts, not the one listed last: what comes next is more like it. */
  saw({ fromS, toS }: Window, events: number, bytes: number): void {
    if (events > 0) this.#eventBytes = bytes / events
    if (fromS >= toS || toS <= this.#seenToS) return
    this.#seenToS = toS
    this.#lengthS = toS - fromS
    this.#events = events
  }

  /** How long a window is that holds about so many events, in seconds. */
  secondsOf(events: number): number {
    return this.#lengthS * Math.min(STRETCH_MAX, Math.max(1 / STRETCH_MAX, events / Math.max(1, this.#events)))
  }
}
