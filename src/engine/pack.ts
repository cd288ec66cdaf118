import type { Batch, Position } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'

export interface PackedBatch<M> extends Batch<M> {
  /** How many events were left out on the way to this batch. */
  readonly leftOut: number
}

export interface PackOptions<E, M> {
  /** Undefined leaves the event out: it was filtered away. */
  map(event: E): M | undefined
  bytesOf(mapped: M): number
  readonly eventsMax: number
  /** A single larger event still travels, alone. */
  readonly bytesMax: number
  /** How long a batch that is not full waits for more. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Maps events and gathers them into batches by count, bytes and time, merging and splitting the
 * reader's: a batch carries the position of the last of the reader's batches that it completes.
 */
export async function* pack<E, M>(
  batches: AsyncIterable<Batch<E>>,
  options: PackOptions<E, M>,
  signal: AbortSignal,
): AsyncGenerator<PackedBatch<M>> {
  const { clock } = options
  const reader = batches[Symbol.asyncIterator]()
  let open = new OpenBatch<M>()
  let dueMs = 0
  const take = () => {
    const full = open
    open = new OpenBatch<M>()
    dueMs = clock.now() + options.timeoutMs
    return full
  }

  try {
    for (let next = reader.next(); ; ) {
      const result = open.isEmpty ? await next : await withinMs(next, dueMs - clock.now(), clock, signal)
      if (result === undefined) {
        yield take()
        continue
      }
      if (result.done === true) break
      next = reader.next()
      next.catch(() => {}) // Heard of when it is awaited; until then it must not count as unhandled.
      if (open.isEmpty) dueMs = clock.now() + options.timeoutMs
      for (const event of result.value.events) {
        const mapped = options.map(event)
        if (mapped === undefined) {
          open.leftOut++
          continue
        }
        const bytes = options.bytesOf(mapped)
        if (open.isFullFor(bytes, options)) yield take()
        open.add(mapped, bytes)
      }
      open.position = result.value.position ?? open.position
      if (open.isFullFor(1, options)) yield take()
    }
    if (!open.isEmpty) yield open
  } finally {
    await reader.return?.()
  }
}

class OpenBatch<M> implements PackedBatch<M> {
  readonly events: M[] = []
  position: Position | undefined = undefined
  leftOut = 0
  #bytes = 0

  get isEmpty(): boolean {
    return this.events.length === 0 && this.leftOut === 0 && this.position === undefined
  }

  isFullFor(bytes: number, { eventsMax, bytesMax }: { eventsMax: number; bytesMax: number }): boolean {
    return this.events.length >= eventsMax || (this.events.length > 0 && this.#bytes + bytes > bytesMax)
  }

  add(mapped: M, bytes: number): void {
    this.events.push(mapped)
    this.#bytes += bytes
  }
}

/** What `promise` resolves to, or undefined when `ms` pass first. */
async function withinMs<T>(promise: Promise<T>, ms: number, clock: Clock, signal: AbortSignal): Promise<T | undefined> {
  const late = new AbortController()
  const expired = clock.sleep(ms, AbortSignal.any([signal, late.signal])).then(
    () => undefined,
    (error: unknown) => {
      if (!late.signal.aborted) throw error
      return undefined
    },
  )
  try {
    return await Promise.race([promise, expired])
  } finally {
    late.abort()
    await expired.catch(() => {}) // It lost the race, or the race has thrown it already.
  }
}
