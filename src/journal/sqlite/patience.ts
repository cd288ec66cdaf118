import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import { journalFault, passingFault } from './faults.ts'

/** Between two attempts to write. */
const RETRY_MS = 1000

/** Writes again what a full disk refused, for as long as it takes: nothing is lost by waiting. */
export class Patience {
  readonly #path: string
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #closed: AbortSignal
  #fault: string | undefined
  #waiting = 0

  constructor(path: string, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }, closed: AbortSignal) {
    this.#path = path
    this.#clock = clock
    this.#logger = logger
    this.#closed = closed
  }

  /** What writes wait for; undefined when none does. */
  get fault(): string | undefined {
    return this.#waiting > 0 ? this.#fault : undefined
  }

  /** The same, and what is done about it. */
  get waits(): string | undefined {
    return this.fault && waitFor(this.fault)
  }

  /** Resolves once `write` has returned; rejects when it fails for another reason, when closed, and on `signal`. */
  async until(write: () => void, signal = this.#closed): Promise<void> {
    if (this.#attempt(write, signal)) return
    this.#waiting++
    try {
      const ended = AbortSignal.any([signal, this.#closed])
      do await this.#clock.sleep(RETRY_MS, ended)
      while (!this.#attempt(write, signal))
    } finally {
      this.#waiting--
    }
    if (this.#waiting === 0) this.#logger.info(`The journal ${this.#path} can be written again`)
  }

  #attempt(write: () => void, signal: AbortSignal): boolean {
    signal.throwIfAborted()
    this.#closed.throwIfAborted()
    try {
      write()
      return true
    } catch (error) {
      const fault = passingFault(error)
      if (fault === undefined) throw journalFault(this.#path, error)
      this.#fault = `${fault} for the journal ${this.#path}`
      if (this.#waiting === 0) this.#logger.warn(waitFor(this.#fault), { cause: toError(error).message })
      return false
    }
  }
}

const waitFor = (fault: string) => `${fault}: nothing is lost, it is tried again every ${RETRY_MS / 1000} s`
