import type { Clock } from '../../src/core/clock.ts'

interface Sleeper {
  readonly wakeAtMs: number
  wake(): void
}

/** A clock that moves only when told to, or by itself to the next sleeper whenever everything waits. */
export class VirtualClock implements Clock {
  #elapsedMs: number
  /** How far the time of day was set from where it began. */
  #setByMs = 0
  readonly #random: () => number
  #sleepers: Sleeper[] = []

  constructor(startMs = Date.UTC(2026, 0, 1), random: () => number = () => 0.5) {
    this.#elapsedMs = startMs
    this.#random = random
  }

  now(): number {
    return this.#elapsedMs + this.#setByMs
  }

  elapsed(): number {
    return this.#elapsedMs
  }

  /** Sets the time of day, as an operator or a time server does: nobody sleeps longer or shorter for it. */
  setBy(ms: number): void {
    this.#setByMs += ms
  }

  random(): number {
    return this.#random()
  }

  get sleeping(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const sleeper: Sleeper = {
        wakeAtMs: this.#elapsedMs + Math.max(0, Math.ceil(ms)),
        wake: () => {
          signal.removeEventListener('abort', abort)
          resolve()
        },
      }
      const abort = () => {
        this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#sleepers.push(sleeper)
    })
  }

  /** Moves to `ms` from now, waking every sleeper on the way in its order and letting each run. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms
    await settled()
    for (let next = this.#earliest(); next !== undefined && next.wakeAtMs <= untilMs; next = this.#earliest()) {
      await this.#wake(next)
    }
    this.#elapsedMs = untilMs
  }

  /** Moves to the next sleeper, if there is one; false when nobody sleeps. */
  async step(): Promise<boolean> {
    await settled()
    const next = this.#earliest()
    if (next !== undefined) await this.#wake(next)
    return next !== undefined
  }

  #earliest(): Sleeper | undefined {
    return this.#sleepers.reduce<Sleeper | undefined>(
      (first, other) => (first && first.wakeAtMs <= other.wakeAtMs ? first : other),
      undefined,
    )
  }

  async #wake(sleeper: Sleeper): Promise<void> {
    this.#sleepers = this.#sleepers.filter(other => other !== sleeper)
    this.#elapsedMs = Math.max(this.#elapsedMs, sleeper.wakeAtMs)
    sleeper.wake()
    await settled()
  }
}

/** Lets everything that can run without time passing run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>(resolve => setImmediate(resolve))
}
