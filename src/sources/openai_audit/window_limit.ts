/**
 * How many windows are fetched at once. Grows with every page that is answered, doubling at first;
 * halves on a 429 and from then on recovers slowly.
 */
export class WindowLimit {
  readonly #max: number
  #value: number
  #slow = false

  constructor(max: number, initial = 4) {
    this.#max = max
    this.#value = Math.min(initial, max)
  }

  get value(): number {
    return Math.max(1, Math.floor(this.#value))
  }

  answered(): void {
    this.#value = Math.min(this.#max, this.#value + (this.#slow ? 1 / (4 * this.#value) : 1))
  }

  throttled(): void {
    this.#slow = true
    this.#value = Math.max(1, this.#value / 2)
  }
}
