const INITIAL = 4
/** An answer counts as slow when it took this many times as long as usual, and a second at least. */
const SLOW_FACTOR = 4
const SLOW_MS_MIN = 1000
/** The weight of the newest answer in what is usual. */
const NEWEST = 0.1

/**
 * How many requests may be under way: one more for each round of good answers, half as many after a
 * failure or an answer that took much longer than usual; never above the bound, never below one.
 */
export class AdaptiveLimit {
  readonly #max: number
  #value: number
  #usualMs: number | undefined
  #holdUntilMs = 0

  constructor(max: number) {
    this.#max = max
    this.#value = Math.min(INITIAL, max)
  }

  get value(): number {
    return Math.max(1, Math.floor(this.#value))
  }

  /** After an answer that took `tookMs`, with `inFlight` requests under way, itself included. A limit that is not reached does not grow. */
  answered(tookMs: number, nowMs: number, inFlight: number): void {
    const usualMs = this.#usualMs ?? tookMs
    this.#usualMs = usualMs * (1 - NEWEST) + tookMs * NEWEST
    if (tookMs > SLOW_MS_MIN && tookMs > SLOW_FACTOR * usualMs) this.#decrease(nowMs, tookMs)
    else if (inFlight >= this.value) this.#value = Math.min(this.#max, this.#value + 1 / this.#value)
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
