import type { Clock } from '../core/clock.ts'

/** Keeps the requests of one source apart, whichever of its streams asks. */
export class RequestPace {
  readonly #clock: Clock
  readonly #intervalMs: number
  #nextStartMs = 0

  /** `intervalMs` is the least time between the starts of two requests; 0 for none. */
  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock
    this.#intervalMs = intervalMs
  }

  /** Resolves when a request may start; in the order of the calls. */
  async turn(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.elapsed()
    const waitMs = this.#nextStartMs - nowMs
    this.#nextStartMs = Math.max(this.#nextStartMs, nowMs) + this.#intervalMs
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal)
  }
}
