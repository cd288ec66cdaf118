import type { SinkContext } from '../../core/context.ts'
import { toError } from '../../core/errors.ts'
import { type Keeping, tidy } from './closed_files.ts'
import type { PathTemplate } from './template.ts'

/** Enough for several files of the default `rotate_bytes`. What is not done by then is begun anew by the next run. */
const CLOSING_MS_MAX = 60_000

/** Compresses and removes closed files beside the writes: compressing a large file takes longer than an event may wait. One at a time. */
export class Tidying implements AsyncDisposable {
  readonly #template: PathTemplate
  readonly #keeping: Keeping
  readonly #context: SinkContext
  readonly #closed = new AbortController()
  #work: Promise<void> | undefined
  /** A file was closed after the work under way had begun. */
  #isUntidy = false

  constructor(template: PathTemplate, keeping: Keeping, context: SinkContext) {
    this.#template = template
    this.#keeping = keeping
    this.#context = context
  }

  begin(): void {
    const { clock, logger } = this.#context
    const { signal } = this.#closed
    this.#isUntidy = true
    this.#work ??= (async () => {
      while (this.#isUntidy && !signal.aborted) {
        this.#isUntidy = false
        await tidy(this.#template, this.#keeping, clock.now(), signal)
      }
    })()
      .catch((error: unknown) => {
        if (!signal.aborted) logger.warn('closed files could not be compressed or removed; it is tried again', { error: toError(error) })
      })
      .finally(() => {
        this.#work = undefined
      })
  }

  /** Waits for what is under way, since a run that lasts a moment would never get it done; not where the run was told to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock, stopped } = this.#context
    const finished = new AbortController()
    const limit = clock
      .sleep(CLOSING_MS_MAX, AbortSignal.any([finished.signal, stopped]))
      .catch(() => {}) // Finished, or stopped.
      .then(() => this.#closed.abort())
    await this.#work
    finished.abort()
    await limit
  }
}
