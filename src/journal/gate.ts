import { FatalError } from '../core/errors.ts'
import { Bell } from './bell.ts'

/** Lets appends through while the backlog is within the budget: the wait is the backpressure on the sources (invariant 5). */
export class Gate {
  readonly #overBudget: () => string | undefined
  readonly #moved = new Bell()
  #waiting = 0

  /** `overBudget`: why nothing may be appended; undefined when something may. */
  constructor(overBudget: () => string | undefined) {
    this.#overBudget = overBudget
  }

  /** Why appends wait; undefined when none does. */
  get paused(): string | undefined {
    return this.#waiting > 0 ? this.#overBudget() : undefined
  }

  async pass(signal: AbortSignal): Promise<void> {
    while (this.#overBudget() !== undefined) {
      this.#waiting++
      try {
        await this.#moved.wait(signal)
      } finally {
        this.#waiting--
      }
    }
  }

  /** To be called when a sink has moved or something was removed: those who wait look at the budget again. */
  look(): void {
    this.#moved.ring()
  }

  close(reason: Error): void {
    this.#moved.close(reason)
  }
}

export const closedJournal = () => new FatalError('journal.closed', 'The journal is closed', { exitCode: 70 })
