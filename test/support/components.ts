import type { Batch } from '../../src/core/batch.ts'
import { DELIVERED, type Sink } from '../../src/core/sink.ts'
import type { ReadBounds, Source } from '../../src/core/source.ts'
import { event } from './events.ts'

/** A source that yields batches of the ids it is given, and more when it is told; positions are the count of batches. */
export class StagedSource implements Source {
  readonly #batches: (readonly string[])[]
  #more = Promise.withResolvers<void>()
  /** How many readings are under way. */
  reading = 0
  closed = false

  constructor(batches: readonly (readonly string[])[]) {
    this.#batches = [...batches]
  }

  readonly streams = [{ name: 'organization', read: (...args: Parameters<StagedSource['read']>) => this.read(...args) }]

  push(ids: readonly string[]): void {
    this.#batches.push(ids)
    this.#more.resolve()
  }

  async *read(from: unknown, _history: unknown, signal: AbortSignal, bounds: ReadBounds = {}): AsyncIterable<Batch> {
    this.reading++
    try {
      for (let next = typeof from === 'number' ? from : 0; !signal.aborted; ) {
        const ids = this.#batches[next]
        if (ids !== undefined) yield { events: ids.map(id => event(id)), position: ++next }
        else if (bounds.untilMs !== undefined) return
        else await this.#wait(signal)
      }
    } finally {
      this.reading--
    }
  }

  async check(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
  }

  async #wait(signal: AbortSignal): Promise<void> {
    this.#more = Promise.withResolvers<void>()
    const abort = () => this.#more.resolve()
    signal.addEventListener('abort', abort, { once: true })
    await this.#more.promise
    signal.removeEventListener('abort', abort)
  }
}

/** A sink that keeps the ids it took, or behaves as it is told: throws what `behave` gives, hangs, or is deaf to its signal. */
export class StagedSink implements Sink {
  readonly taken: string[] = []
  behave: (() => Error | 'hang' | 'deaf' | undefined) | undefined
  /** What a deaf write waits for, whatever its signal says. */
  hearing = Promise.resolve()
  attempts = 0
  closed = false

  async write(events: Parameters<Sink['write']>[0], signal: AbortSignal) {
    this.attempts++
    const behaviour = this.behave?.()
    if (behaviour === 'hang') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    if (behaviour === 'deaf') await this.hearing
    if (behaviour instanceof Error) throw behaviour
    this.taken.push(...events.map(({ event: { id } }) => id))
    return DELIVERED
  }

  async check(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true
  }
}
