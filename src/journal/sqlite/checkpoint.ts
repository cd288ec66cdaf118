import type { Logger } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import { passingFault } from './faults.ts'
import { markEnd } from './log_mark.ts'
import { pragma } from './schema.ts'
import type { Store } from './store.ts'

/** The log is copied into the file when it is this long: a copy takes a few ms, and comes after the append was acknowledged. */
const LOG_BYTES_MAX = 4 * 2 ** 20
/** Only a reader that never ends its transaction lets it grow so far. */
const LOG_BYTES_WARN = 256 * 2 ** 20

/**
 * Copies the write-ahead log into the file, in a turn of the event loop of its own.
 *
 * The log is emptied each time, not only used again from its start: what it holds is then always newer than the
 * file, and a log that somebody cut leaves the file at an earlier moment, but whole.
 */
export class Checkpoints implements Disposable {
  readonly #store: Store
  readonly #logger: Logger
  #planned: NodeJS.Immediate | undefined
  #complained = false

  constructor(store: Store, logger: Logger) {
    this.#store = store
    this.#logger = logger
    // Nobody sees whether the log of a run that was killed holds its mark (log_mark.ts): its first transaction may be half written.
    if (store.logBytes > 0) this.run()
  }

  /** To be called after each transaction. */
  plan(): void {
    if (this.#planned !== undefined || this.#store.logBytes < LOG_BYTES_MAX) return
    this.#planned = setImmediate(() => {
      this.#planned = undefined
      this.run()
    })
  }

  run(): void {
    const { database, path } = this.#store
    try {
      const patience = pragma(database, 'busy_timeout')
      database.exec('PRAGMA busy_timeout = 0') // A reader in the way is not waited for: the next turn tries again.
      try {
        if (this.#isCopied()) this.#markEnd()
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } finally {
        database.exec(`PRAGMA busy_timeout = ${Number(patience)}`)
      }
      const logBytes = this.#store.logBytes
      if (logBytes > LOG_BYTES_WARN)
        this.#complain(`${path}-wal has ${logBytes} bytes: some program keeps reading the journal without an end`)
      else this.#complained = false
    } catch (error) {
      // Nothing is lost: the log still holds it. What damage there is, the next reading or writing tells.
      this.#complain(`${path}-wal cannot be copied into the journal (${passingFault(error) ?? toError(error).message}); it is tried again`)
    }
  }

  /** Copies what no reader keeps from being copied. */
  #isCopied(): boolean {
    const { log, checkpointed } = this.#store.database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
    return Number(log) > 0 && log === checkpointed
  }

  #markEnd(): void {
    try {
      markEnd(this.#store)
    } catch {
      // An unmarked log of an earlier version, or a full disk: emptying it makes room.
    }
  }

  [Symbol.dispose](): void {
    clearImmediate(this.#planned)
    this.run()
  }

  #complain(message: string): void {
    if (!this.#complained) this.#logger.warn(message)
    this.#complained = true
  }
}
