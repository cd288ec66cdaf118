import type { Batch, Position } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import { withinMs } from '../toolkit/within.ts'

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
  readonly stretches?: Stretches<E> | undefined
  readonly clock: Clock
}

/**
 * With stretches, where a batch ends follows from what is read alone, so that reading again gives the same batches: none
 * holds events of two stretches of time, and one that is not full is handed out when its stretch is over and nothing follows.
 */
export interface Stretches<E> {
  /** The end of the event's stretch, in ms since 1970. */
  endMsOf(event: E): number
  /** How long after its receipt an event may come to be read. */
  readonly graceMs: number
  /** When the reader ends within a stretch: whether its events are handed out, or left to the next reading. */
  readonly flush: boolean
}

/**
 * Maps events and gathers them into batches by count, bytes and time, merging and splitting the
 * reader's. A batch carries the position right after its last event, if the reader can tell it, otherwise
 * that of the last of the reader's batches that it completes.
 */
export async function* pack<E, M>(
  batches: AsyncIterable<Batch<E>>,
  options: PackOptions<E, M>,
  signal: AbortSignal,
): AsyncGenerator<PackedBatch<M>> {
  const { clock, stretches } = options
  const reader = batches[Symbol.asyncIterator]()
  let open = new OpenBatch<M>()
  let startedMs = 0
  let isAtHead = true
  const take = (position = open.position) => {
    const full = open
    full.position = position
    open = new OpenBatch<M>()
    startedMs = clock.elapsed()
    return full
  }
  const restMs = () => {
    if (stretches === undefined || open.endMs === undefined) return startedMs + options.timeoutMs - clock.elapsed()
    return isAtHead ? open.endMs + stretches.graceMs - clock.now() : Number.POSITIVE_INFINITY
  }

  try {
    for (let next: Promise<IteratorResult<Batch<E>>> | undefined; ; ) {
      next ??= reader.next() // No sooner: asking says that the batch before is done with.
      const result = open.isEmpty || restMs() === Infinity ? await next : await withinMs(next, restMs(), clock, signal)
      if (result === undefined) {
        yield take()
        continue
      }
      if (result.done === true) break
      next = undefined
      if (open.isEmpty) startedMs = clock.elapsed()
      const { events, position, positionAfter } = result.value
      isAtHead = result.value.isAtHead ?? true
      for (const [index, event] of events.entries()) {
        const endMs = stretches?.endMsOf(event)
        if (open.events.length > 0 && open.endMs !== endMs) yield take(positionAfter?.(index))
        const mapped = options.map(event)
        if (mapped === undefined) {
          open.leftOut++
          continue
        }
        const bytes = options.bytesOf(mapped)
        if (open.isFullFor(bytes, options)) yield take(positionAfter?.(index))
        open.add(mapped, bytes, endMs)
      }
      open.position = position ?? open.position
      if (open.isFullFor(1, options)) yield take()
    }
    const isWhole = stretches === undefined || stretches.flush || open.endMs === undefined || clock.now() >= open.endMs + stretches.graceMs
    if (!open.isEmpty && isWhole) yield open
  } finally {
    await reader.return?.()
  }
}

class OpenBatch<M> implements PackedBatch<M> {
  readonly events: M[] = []
  position: Position | undefined = undefined
  leftOut = 0
  /** The end of its events' stretch. */
  endMs: number | undefined = undefined
  #bytes = 0

  get isEmpty(): boolean {
    return this.events.length === 0 && this.leftOut === 0 && this.position === undefined
  }

  isFullFor(bytes: number, { eventsMax, bytesMax }: { eventsMax: number; bytesMax: number }): boolean {
    return this.events.length >= eventsMax || (this.events.length > 0 && this.#bytes + bytes > bytesMax)
  }

  add(mapped: M, bytes: number, endMs: number | undefined): void {
    this.events.push(mapped)
    this.endMs = endMs
    this.#bytes += bytes
  }
}
