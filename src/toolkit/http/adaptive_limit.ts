/**
 * How many requests may be under way: one more for each round of good answers, half as many after a
 * failure or an answer that took much longer than usual; never above the bound, never below one.
 */
export class AdaptiveLimit {
  readonly #max: number
  #value: number
  #usualMs: number | undefined
  #holdUntilMs = 0

  constructor(max: number, initial = 4) {
    this.#max = max
    this.#value = Math.min(initial, max)
  }

  get value(): number {
    return Math.max(1, Math.floor(this.#value))
  }

  /** After an answer that took `tookMs`. */
  answered(tookMs: number, nowMs: number): void {
    const usualMs = this.#usualMs ?? tookMs
    this.#usualMs = usualMs * 0.9 + tookMs * 0.1
    if (tookMs > 1000 && tookMs > 4 * usualMs) this.#decrease(nowMs, tookMs)
    else this.#value = Math.min(this.#max, this.#value + 1 / this.#value)
  }

  /** After a failure or an answer that says that it is too much. */
  failed(nowMs: number): void {
    this.#decrease(nowMs, this.#usualMs ?? 0)
  }

  /** Answers to what was sent before the last decrease say nothing new. */
  #decrease(nowMs: number, holdMs: number): void {
    if (nowMs < this.#holdUntilMs) return
    this.#holdUntilMs = nowMs + holdMs
    this.#value = Math.max(1, this.#value / 2)
  }
}
