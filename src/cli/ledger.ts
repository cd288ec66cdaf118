import type { JournalReader, LedgerRow, StreamKey } from '../journal/journal.ts'

/** Seconds since 1970; the end is not part of it. */
export interface SecondsRange {
  readonly fromS: number
  readonly toS: number
}

/**
 * What windows cover. They are added one by one, in the order of their start: a journal of a year has two million.
 * A bound that is not given is that of the windows.
 */
export class Coverage {
  readonly #toS: number | undefined
  readonly #gaps: SecondsRange[] = []
  #coveredToS: number | undefined
  #firstS: number | undefined
  #windows = 0
  #events = 0

  constructor({ fromS, toS }: Partial<SecondsRange>) {
    this.#coveredToS = fromS
    this.#toS = toS
  }

  get windows(): number {
    return this.#windows
  }

  get events(): number {
    return this.#events
  }

  /** From the start of the first window to the latest end; undefined without any. */
  get range(): SecondsRange | undefined {
    return this.#firstS === undefined ? undefined : { fromS: this.#firstS, toS: this.#coveredToS! }
  }

  add({ fromS, toS, events }: SecondsRange & { readonly events: number }): void {
    if (this.#coveredToS !== undefined && fromS > this.#coveredToS) this.#gaps.push({ fromS: this.#coveredToS, toS: fromS })
    this.#coveredToS = Math.max(this.#coveredToS ?? fromS, toS)
    this.#firstS ??= fromS
    this.#windows++
    this.#events += events
  }

  /** What no window covers. */
  gaps(): readonly SecondsRange[] {
    const atEnd = this.#coveredToS !== undefined && this.#toS !== undefined && this.#coveredToS < this.#toS
    return atEnd ? [...this.#gaps, { fromS: this.#coveredToS!, toS: this.#toS! }] : this.#gaps
  }
}

/** In the order of their start. */
export function rowsOf(journal: JournalReader, key: StreamKey, range: Partial<SecondsRange>): AsyncIterable<LedgerRow> {
  return journal.ledger(key, { fromS: range.fromS ?? 0, toS: range.toS ?? Number.MAX_SAFE_INTEGER })
}
