import type { Clock } from '../../core/clock.ts'
import { IDS_KEPT_MS, type JournalLimits } from '../journal.ts'
import type { RowHead, Rows } from './rows.ts'
import type { Store } from './store.ts'

/** The most rows that one transaction removes: more than it adds, so that the removal keeps up, and few enough to cause no pause. */
const STEP_ROWS_MAX = 16
/** The evidence that nothing is missing outlives the events. */
const LEDGER_KEPT_MS = 400 * 24 * 3_600_000

/**
 * Removes what is too old or too much, a few rows with each transaction that is made anyway, and never what a
 * configured sink has not passed.
 *
 * First a row's texts go, later the row. The file does not shrink: its free pages are used again by what is
 * appended next, which costs nothing, while moving pages (auto_vacuum) would cost on every append.
 */
export class Retention {
  readonly #store: Store
  readonly #rows: Rows
  readonly #limits: JournalLimits
  readonly #clock: Clock
  #retained: RowHead | undefined
  #known: RowHead | undefined

  constructor(store: Store, rows: Rows, limits: JournalLimits, clock: Clock) {
    this.#store = store
    this.#rows = rows
    this.#limits = limits
    this.#clock = clock
    this.refresh()
  }

  /** The oldest row that has its texts. */
  get oldest(): RowHead | undefined {
    return this.#retained
  }

  /** To be called after a transaction that may have removed something, or added the first row. */
  refresh(): void {
    this.#retained = this.#rows.oldestRetained(this.#retained?.first)
    this.#known = this.#rows.oldestKnown()
  }

  /** One step, within a transaction; true when it removed something. Events from number `floor` on stay; so does the last row. */
  step(floor: number, end: { readonly events: number; readonly bytes: number }): boolean {
    return this.#removeTexts(floor, end.bytes) + this.#forgetRows(end.events) > 0
  }

  /** Within a transaction that adds windows. */
  forgetWindows(): void {
    this.#store.run(
      'DELETE FROM ledger WHERE n < (SELECT min(n) FROM ledger) + ? AND sealed_at_ms < ?',
      STEP_ROWS_MAX,
      this.#clock.now() - LEDGER_KEPT_MS,
    )
  }

  #removeTexts(floor: number, endBytes: number): number {
    const oldestMs = this.#clock.now() - this.#limits.retentionAgeMs
    let removed = 0
    for (let row = this.#retained; row !== undefined && removed < STEP_ROWS_MAX; removed++) {
      const tooMuch = endBytes - row.bytesBefore > this.#limits.retentionBytesMax
      if (row.first + row.events > floor || !(tooMuch || row.receivedMs < oldestMs)) break
      this.#store.run('UPDATE batches SET text = NULL WHERE first = ?', row.first)
      row = this.#rows.oldestRetained(row.first)
    }
    return removed
  }

  /** The last row always stays: it says where the next append continues. */
  #forgetRows(end: number): number {
    const oldestMs = this.#clock.now() - IDS_KEPT_MS
    let removed = 0
    for (let row = this.#known; row !== undefined && removed < STEP_ROWS_MAX; removed++) {
      const hasTexts = this.#retained !== undefined && row.first >= this.#retained.first
      if (hasTexts || row.first + row.events >= end || row.receivedMs >= oldestMs) break
      this.#store.run('DELETE FROM batches WHERE first = ?', row.first)
      row = this.#rows.oldestKnown()
    }
    return removed
  }
}
