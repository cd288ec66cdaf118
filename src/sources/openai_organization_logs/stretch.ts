import type { Window } from '../../paging/drained.ts'
import type { Element } from '../../paging/page.ts'
import { isWithin } from './listing.ts'

/** The elements of one window, as a walk down the list comes upon them. */
export class Stretch {
  readonly window: Window
  #elements: Element[] = []
  #seen = 0
  #isFalling = true
  #newestS: number | undefined
  #oldestS: number | undefined

  constructor(window: Window) {
    this.window = window
  }

  get events(): number {
    return this.#elements.length
  }

  get elements(): readonly Element[] {
    return this.#elements
  }

  /** Takes what is new in the walk's list and of the window. */
  take(collected: readonly Element[]): void {
    for (; this.#seen < collected.length; this.#seen++) {
      const element = collected[this.#seen]!
      if (!isWithin(element, this.window)) continue
      this.#elements.push(element)
      const { timeS } = element
      if (timeS === undefined) continue
      if (this.#oldestS !== undefined && timeS > this.#oldestS) this.#isFalling = false
      this.#newestS = Math.max(this.#newestS ?? timeS, timeS)
      this.#oldestS = Math.min(this.#oldestS ?? timeS, timeS)
    }
  }

  /** The walk's list was shortened: the next `take` begins with its first element. */
  reset(): void {
    this.#seen = 0
  }

  /** The second after the oldest one: from it on everything has been listed. Undefined when times did not fall, or not by a second. */
  get cutS(): number | undefined {
    if (!this.#isFalling || this.#oldestS === undefined || this.#newestS === undefined) return undefined
    const cutS = Math.floor(this.#oldestS) + 1
    return cutS <= this.#newestS ? cutS : undefined
  }

  /** What stands before the first element that is older, and the rest. */
  splitAt(cutS: number): readonly [readonly Element[], readonly Element[]] {
    const first = this.#elements.findIndex(({ timeS }) => timeS !== undefined && timeS < cutS)
    return [this.#elements.slice(0, first), this.#elements.slice(first)]
  }
}
