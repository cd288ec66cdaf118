import type { JournalReader, LedgerRow, StreamKey } from '../journal/journal.ts'

/** Seconds since 1970; the end is not part of it. */
export interface SecondsRange {
  readonly fromS: number
  readonly toS: number
}

/** What no window covers, of rows in the order of their start. A bound that is not given begins or ends with the rows. */
export function gapsOf(rows: readonly SecondsRange[], range: Partial<SecondsRange>): readonly SecondsRange[] {
  const gaps: SecondsRange[] = []
  let coveredS = range.fromS ?? rows[0]?.fromS
  for (const { fromS, toS } of rows) {
    if (coveredS !== undefined && fromS > coveredS) gaps.push({ fromS: coveredS, toS: fromS })
    coveredS = Math.max(coveredS ?? fromS, toS)
  }
  const endS = range.toS
  if (endS !== undefined && (coveredS ?? endS) < endS) gaps.push({ fromS: coveredS ?? endS, toS: endS })
  return gaps.map(({ fromS, toS }) => ({ fromS, toS: Math.min(toS, range.toS ?? toS) })).filter(({ fromS, toS }) => fromS < toS)
}

/** The latest end of the windows. A loop, because a journal of some weeks has more windows than a call may have arguments. */
export function latestEnd(rows: readonly SecondsRange[]): number {
  return rows.reduce((latestS, { toS }) => Math.max(latestS, toS), Number.NEGATIVE_INFINITY)
}

export async function rowsOf(journal: JournalReader, key: StreamKey, range: Partial<SecondsRange>): Promise<readonly LedgerRow[]> {
  const whole = { fromS: range.fromS ?? 0, toS: range.toS ?? Number.MAX_SAFE_INTEGER }
  return Array.fromAsync(journal.ledger(key, whole))
}

/** The end of the newest window; undefined before the first. */
export async function ledgerEnd(journal: JournalReader, key: StreamKey): Promise<number | undefined> {
  let endS: number | undefined
  for await (const { toS } of journal.ledger(key, { fromS: 0, toS: Number.MAX_SAFE_INTEGER })) endS = Math.max(endS ?? toS, toS)
  return endS
}

/** Up to when the windows cover everything from the first one on: what a backfill has not listed yet ends it. */
export async function sealedTo(journal: JournalReader, key: StreamKey): Promise<number | undefined> {
  let endS: number | undefined
  for await (const { fromS, toS } of journal.ledger(key, { fromS: 0, toS: Number.MAX_SAFE_INTEGER })) {
    if (endS !== undefined && fromS > endS) return endS
    endS = Math.max(endS ?? toS, toS)
  }
  return endS
}
