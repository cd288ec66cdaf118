const INITIAL = 4

/**
 * How many windows are fetched at once. Grows with every page that is answered, doubling at first;
 * halves on a 429 and from then on recovers slowly.
 */
export class WindowLimit {
  readonly #max: number
  #value: number
  #wasThrottled = false

  constructor(max: number) {
    this.#max = max
    this.#value = Math.min(INITIAL, max)
  }

  get value(): number {
    return Math.max(1, Math.floor(this.#value))
  }

  answered(): void {
    this.#value = Math.min(this.#max, this.#value + (this.#wasThrottled ? 1 / (4 * this.#value) : 1))
  }

  throttled(): void {
    this.#wasThrottled = true
    this.#value = Math.max(1, this.#value / 2)
  }
}
