import type { JournalLimits } from './journal.ts'

interface Place {
  /** Events before it. */
  readonly position: number
  /** Bytes of their texts. */
  readonly bytes: number
}

/** How far the configured sinks have come: what may be appended and what may be removed follow from it. */
export class Progress {
  readonly #bytesMax: number
  readonly #sinks: readonly string[]
  readonly #places = new Map<string, Place>()

  constructor(limits: JournalLimits) {
    this.#bytesMax = limits.backlogBytesMax
    this.#sinks = limits.sinks
  }

  /** Undefined: the sink has no position, and starts with the oldest retained event. */
  set(sink: string, place: Place | undefined): void {
    if (place === undefined) this.#places.delete(sink)
    else this.#places.set(sink, place)
  }

  /** The number of the first event that a configured sink has not passed. */
  floor(head: number): number {
    return this.#sinks.reduce((least, sink) => Math.min(least, this.#places.get(sink)?.position ?? 0), head)
  }

  /** The configured sink with the most bytes to deliver. `oldest` and `end`: bytes of all texts before the oldest retained event, and in all. */
  slowest(oldest: number, end: number): { readonly sink: string; readonly bytes: number } | undefined {
    let slowest: { sink: string; bytes: number } | undefined
    for (const sink of this.#sinks) {
      const bytes = end - Math.max(oldest, this.#places.get(sink)?.bytes ?? 0)
      if (slowest === undefined || bytes > slowest.bytes) slowest = { sink, bytes }
    }
    return slowest
  }

  /** Why nothing may be appended; undefined when something may. */
  overBudget(oldest: number, end: number): string | undefined {
    const slowest = this.slowest(oldest, end)
    if (slowest === undefined || slowest.bytes < this.#bytesMax) return undefined
    return (
      `the backlog of sink "${slowest.sink}" is at ${formatBytes(slowest.bytes)} (journal.max_bytes is ${formatBytes(this.#bytesMax)}): ` +
      'sources wait until it has delivered some'
    )
  }
}

function formatBytes(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= size) return `${Number((bytes / size).toFixed(1))} ${unit}`
  }
  return `${bytes} bytes`
}
