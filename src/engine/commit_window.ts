/**
 * Lets several batches be in flight while their positions are committed strictly in order.
 *
 * The first failure stops every later commit: that is what keeps a position free of gaps (invariant 1).
 */
export class CommitWindow {
  readonly #batchesMax: number
  readonly #pending: Promise<void>[] = []
  readonly #failure = new AbortController()
  #tail: Promise<void> = Promise.resolve()

  constructor(batchesMax: number) {
    this.#batchesMax = batchesMax
  }

  /** Aborts with the first failure, so that neither the reader nor a retry outlives it. */
  get failed(): AbortSignal {
    return this.#failure.signal
  }

  /** Waits for room: this wait is the pipeline's backpressure. Rejects once something has failed. */
  async add(deliver: () => Promise<void>, commit: () => Promise<void>): Promise<void> {
    while (this.#pending.length >= this.#batchesMax) await this.#pending.shift()
    this.failed.throwIfAborted()
    const delivered = deliver()
    this.#tail = commitAfter(this.#tail, delivered, commit)
    this.#pending.push(this.#tail)
    // Each on its own: a failed delivery is heard of at once, even while an earlier batch holds its commit back.
    for (const step of [delivered, this.#tail]) step.catch((error: unknown) => this.#failure.abort(error))
  }

  /** Settles when nothing is in flight any more (invariant 7); rejects with the first failure. */
  async drain(): Promise<void> {
    await Promise.allSettled([this.#tail])
    this.failed.throwIfAborted()
  }
}

async function commitAfter(previous: Promise<void>, delivered: Promise<void>, commit: () => Promise<void>): Promise<void> {
  await Promise.allSettled([previous, delivered]) // Both, even if one has failed: nothing may be left running.
  await previous
  await delivered
  await commit()
}
