import type { JournalReader, LedgerRow } from '../journal/journal.ts'
import { digestOf } from '../paging/digest.ts'
import { nameOf } from './journal.ts'

/** How long before it was sealed a window's first answers may have come. */
const LISTING_MS_MAX = 3_600_000

/** What is wrong with the events that the journal holds of a window; undefined where they are those that were listed, or were removed since. */
export async function digestDifference(journal: JournalReader, row: LedgerRow): Promise<string | undefined> {
  const { source, stream, fromS, toS, sealedAtMs, digest } = row
  const ids = new Set<string>()
  for await (const event of journal.range({ fromMs: fromS * 1000, toMs: toS * 1000, sources: [source] })) {
    if (event.stream === stream && event.receivedMs <= sealedAtMs) ids.add(event.id)
  }
  if (digestOf(ids) === digest || (await mayBeRemoved(journal, row))) return undefined
  const [from, to] = [fromS, toS].map(seconds => new Date(seconds * 1000).toISOString())
  return `${nameOf(row)}: ${from} to ${to} was listed with other ids than the ${ids.size} that the journal holds`
}

/**
 * Whether the retention may have removed some of its events. It is asked after the events were: a run goes on removing.
 * A window that repeats events of earlier listings has them from its begin on, none from before.
 */
async function mayBeRemoved(journal: JournalReader, { fromS, repeats, sealedAtMs }: LedgerRow): Promise<boolean> {
  const { removed, oldestReceivedMs = Number.POSITIVE_INFINITY } = await journal.stats()
  if (removed === 0) return false
  return sealedAtMs < oldestReceivedMs + LISTING_MS_MAX || (repeats > 0 && fromS * 1000 < oldestReceivedMs)
}
