import { streamName } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import type { JournalReader, LedgerRow, StreamKey } from '../journal/journal.ts'
import { digestOf } from '../paging/digest.ts'
import { hasOwnTime } from '../record/received.ts'
import { isoOfSeconds } from './iso.ts'

/** The longest a window may take from its first answer to its seal. */
const LISTING_MS_MAX = 3_600_000
/** Windows compared at once: the journal finds the events of an hour as fast as those of a minute. */
const WINDOWS_MAX = 256
/** Windows that have listed this many events are compared at once, however few they are. */
const EVENTS_MAX = 20_000

type Received = Pick<LogEvent, 'id' | 'receivedMs'>

/** Compares the windows of a stream, told in the order of their start, with the events that the journal holds of them. */
export class Digests {
  readonly #journal: JournalReader
  readonly #key: StreamKey
  readonly #differences: string[] = []
  #rows: LedgerRow[] = []
  #events = 0

  constructor(journal: JournalReader, key: StreamKey) {
    this.#journal = journal
    this.#key = key
  }

  async add(row: LedgerRow): Promise<void> {
    this.#rows.push(row)
    this.#events += row.events + row.repeats
    if (this.#rows.length >= WINDOWS_MAX || this.#events >= EVENTS_MAX) await this.#compare()
  }

  /** What was found, once no window follows. */
  async differences(): Promise<readonly string[]> {
    if (this.#rows.length > 0) await this.#compare()
    return this.#differences
  }

  async #compare(): Promise<void> {
    const windows = this.#rows.map(row => ({ row, ids: new Set<string>(), later: [] as Received[] }))
    const fromMs = this.#rows[0]!.fromS * 1000
    const toMs = this.#rows.reduce((end, { toS }) => Math.max(end, toS), 0) * 1000
    this.#rows = []
    this.#events = 0
    for await (const event of this.#journal.range({ fromMs, toMs, sources: [this.#key.source] })) {
      if (event.stream !== this.#key.stream) continue
      const { id, receivedMs } = event
      for (const { row, ids, later } of windows) {
        if (!isWithin(row, event)) continue
        if (receivedMs <= row.sealedAtMs) ids.add(id)
        else later.push({ id, receivedMs })
      }
    }
    for (const { row, ids, later } of windows) {
      if (digestOf(ids) === row.digest || wasSetBack(row, ids, later) || (await mayBeRemoved(this.#journal, row))) continue
      const when = `${isoOfSeconds(row.fromS)} to ${isoOfSeconds(row.toS)}`
      this.#differences.push(`${streamName(row)}: ${when} was listed with other ids than the ${ids.size} that the journal holds`)
    }
  }
}

function isWithin({ fromS, toS }: LedgerRow, event: LogEvent): boolean {
  return event.timeMs >= fromS * 1000 && event.timeMs < toS * 1000 && hasOwnTime(event)
}

/** Whether the ids are those of the row together with the first of `later`, in the journal's order: the clock was set back before the seal. */
function wasSetBack({ digest }: LedgerRow, ids: ReadonlySet<string>, later: readonly Received[]): boolean {
  const listed = new Set(ids)
  return later.some(({ id, receivedMs }, index) => {
    listed.add(id)
    return later[index + 1]?.receivedMs !== receivedMs && digestOf(listed) === digest // What was received together was listed together.
  })
}

/**
 * Whether the retention may have removed some of the window's events. Asked after the events were read, because a run
 * goes on removing. Events that a window repeats were received no earlier than the window begins.
 */
async function mayBeRemoved(journal: JournalReader, { fromS, repeats, sealedAtMs }: LedgerRow): Promise<boolean> {
  const { removed, oldestReceivedMs = Number.POSITIVE_INFINITY } = await journal.stats()
  if (removed === 0) return false
  return sealedAtMs < oldestReceivedMs + LISTING_MS_MAX || (repeats > 0 && fromS * 1000 < oldestReceivedMs)
}
