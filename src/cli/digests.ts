import type { Position } from '../core/batch.ts'
import { streamName } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import type { JournalReader, LedgerRow, StreamKey } from '../journal/journal.ts'
import { comparePositions } from '../journal/position.ts'
import { digestOf } from '../paging/digest.ts'
import { hasOwnTime } from '../record/received.ts'
import { isoOfSeconds } from './iso.ts'
import type { SecondsRange } from './ledger.ts'

/** The longest a window may take from its first answer to its seal. */
const LISTING_MS_MAX = 3_600_000
/** Windows compared at once: the journal finds the events of an hour as fast as those of a minute. */
const WINDOWS_MAX = 256
/** Windows that have listed this many events are compared at once, however few they are. */
const EVENTS_MAX = 20_000
/** More listings than this are not under way when a window is sealed. */
const LISTINGS_MAX = 300

/** A window, and the ids that the journal holds of it. */
interface Held {
  readonly row: LedgerRow
  readonly ids: ReadonlySet<string>
  /** Whether they are those that the window was sealed with. */
  readonly isRight: boolean
}

type Received = Pick<LogEvent, 'id' | 'receivedMs'>

/** What the windows of a stream are unlike the journal in. */
export interface Findings {
  readonly differences: readonly string[]
  /** What is no difference, and not to be taken for one. */
  readonly notes: readonly string[]
}

/**
 * Compares the windows of a stream, told in the order of their start, with the events that the journal holds of them.
 *
 * An API may list less than it had listed before: its own retention is over, a project was deleted. A window that was then
 * listed once more has another digest, and yet nothing is missing. That is told from a loss by what can be shown:
 *
 * - everything in that listing had been in the journal before it, for it brought nothing new;
 * - the journal holds more there than was listed: of as many that are others, or of fewer, some were lost;
 * - the journal has lost none of its events since, for they are numbered without a gap;
 * - each event that the journal holds there was listed by the API: it is in another window, whose digest is right.
 */
export class Digests {
  readonly #journal: JournalReader
  readonly #key: StreamKey
  readonly #differences: string[] = []
  /** Listings that brought nothing new, and are unlike the journal. */
  readonly #again: LedgerRow[] = []
  readonly #rows: Rows

  constructor(journal: JournalReader, key: StreamKey) {
    this.#journal = journal
    this.#key = key
    this.#rows = new Rows(rows => this.#compare(rows))
  }

  async add(row: LedgerRow): Promise<void> {
    await this.#rows.add(row)
  }

  /** What was found, once no window follows. */
  async findings(): Promise<Findings> {
    await this.#rows.end()
    if (this.#again.length === 0) return { differences: this.#differences, notes: [] }
    const shrunk = new Shrunk()
    const isWhole = await hasEveryNumber(this.#journal)
    const again = new Rows(async rows => {
      const unproven = isWhole ? await this.#unproven(rows) : undefined
      for (const held of await this.#heldOf(rows)) {
        if (held.ids.size > held.row.repeats && unproven?.isDisjointFrom(held.ids)) shrunk.add(held)
        else this.#differences.push(told(held))
      }
    })
    for (const row of this.#again) await again.add(row)
    await again.end()
    return { differences: this.#differences, notes: shrunk.notes() }
  }

  async #compare(rows: readonly LedgerRow[]): Promise<void> {
    for (const held of await this.#heldOf(rows)) {
      const { row, isRight } = held
      if (isRight || (await mayBeRemoved(this.#journal, row))) continue
      if (row.events === 0) this.#again.push(row)
      else this.#differences.push(told(held))
    }
  }

  /** The ids of those windows that no window with the right digest holds. */
  async #unproven(rows: readonly LedgerRow[]): Promise<ReadonlySet<string>> {
    const ids = new Set<string>()
    for (const held of await this.#heldOf(rows)) for (const id of held.ids) ids.add(id)
    const others = new Rows(async some => {
      for (const held of await this.#heldOf(some)) if (held.isRight) for (const id of held.ids) ids.delete(id)
    })
    for await (const row of this.#journal.ledger(this.#key, spanOf(rows))) await others.add(row)
    await others.end()
    return ids
  }

  async #heldOf(rows: readonly LedgerRow[]): Promise<readonly Held[]> {
    const windows = rows.map(row => ({ row, before: [] as Received[], later: [] as Received[] }))
    const { fromS, toS } = spanOf(rows)
    for await (const event of this.#journal.range({ fromMs: fromS * 1000, toMs: toS * 1000, sources: [this.#key.source] })) {
      if (event.stream !== this.#key.stream) continue
      const { id, receivedMs } = event
      for (const { row, before, later } of windows)
        if (isWithin(row, event)) (receivedMs <= row.sealedAtMs ? before : later).push({ id, receivedMs })
    }
    return windows.map(({ row, before, later }) => {
      const ids = idsOf(before)
      const listed = digestOf(ids) === row.digest ? ids : (listedWithLater(row, ids, later) ?? listedWithoutLast(row, before))
      return { row, ids: listed ?? ids, isRight: listed !== undefined }
    })
  }
}

/** Hands on the rows that it is given, as many together as are compared at once. */
class Rows {
  readonly #take: (rows: readonly LedgerRow[]) => Promise<void>
  #rows: LedgerRow[] = []
  #events = 0

  constructor(take: (rows: readonly LedgerRow[]) => Promise<void>) {
    this.#take = take
  }

  async add(row: LedgerRow): Promise<void> {
    this.#rows.push(row)
    this.#events += row.events + row.repeats
    if (this.#rows.length >= WINDOWS_MAX || this.#events >= EVENTS_MAX) await this.end()
  }

  async end(): Promise<void> {
    const rows = this.#rows
    this.#rows = []
    this.#events = 0
    if (rows.length > 0) await this.#take(rows)
  }
}

/** Windows of which the API no longer listed all that it had listed before. */
class Shrunk {
  #stream = ''
  #windows = 0
  #fromS = Number.POSITIVE_INFINITY
  #toS = 0
  #moreMax = 0

  add({ row, ids }: Held): void {
    this.#stream = streamName(row)
    this.#windows++
    this.#fromS = Math.min(this.#fromS, row.fromS)
    this.#toS = Math.max(this.#toS, row.toS)
    this.#moreMax = Math.max(this.#moreMax, ids.size - row.repeats)
  }

  notes(): readonly string[] {
    if (this.#windows === 0) return []
    const where = `${isoOfSeconds(this.#fromS)} to ${isoOfSeconds(this.#toS)}`
    const windows = this.#windows === 1 ? '1 window was' : `${this.#windows} windows were`
    return [
      `${this.#stream}: nothing is missing: ${where}, ${windows} listed again with fewer events than before: 0 are missing here, ` +
        `${this.#moreMax}${this.#windows === 1 ? '' : ' or more'} that the journal holds are no longer listed by the API`,
    ]
  }
}

function told({ row, ids }: Held): string {
  const when = `${isoOfSeconds(row.fromS)} to ${isoOfSeconds(row.toS)}`
  return `${streamName(row)}: events may be missing: ${when} was listed with other ids than the ${ids.size} that the journal holds`
}

function spanOf(rows: readonly LedgerRow[]): SecondsRange {
  return {
    fromS: rows.reduce((start, { fromS }) => Math.min(start, fromS), Infinity),
    toS: rows.reduce((end, { toS }) => Math.max(end, toS), 0),
  }
}

/** Whether every event that was appended since the oldest retained one is there. */
async function hasEveryNumber(journal: JournalReader): Promise<boolean> {
  const reading = { batchEventsMax: 1000, endAtHead: AbortSignal.abort() }
  let end: Position | undefined
  for await (const { events, position, positionAfter } of journal.read(undefined, reading, new AbortController().signal)) {
    const first = positionAfter?.(1)
    if (first === undefined || position === undefined) return false
    if (end !== undefined && (await comparePositions(journal, first, end)) !== 1) return false
    if ((await comparePositions(journal, position, first)) !== events.length - 1) return false
    end = position
  }
  return true
}

function isWithin({ fromS, toS }: LedgerRow, event: LogEvent): boolean {
  return event.timeMs >= fromS * 1000 && event.timeMs < toS * 1000 && hasOwnTime(event)
}

/** The ids of the row, where they are these together with the first of `later`, in the journal's order: the clock was set back before the seal. */
function listedWithLater({ digest }: LedgerRow, ids: ReadonlySet<string>, later: readonly Received[]): ReadonlySet<string> | undefined {
  const listed = new Set(ids)
  const isFound = later.some(({ id, receivedMs }, index) => {
    listed.add(id)
    return later[index + 1]?.receivedMs !== receivedMs && digestOf(listed) === digest // What was received together was listed together.
  })
  return isFound ? listed : undefined
}

/**
 * The ids of the row, where they are these without the last of the journal's order: the past and the polls are listed side by
 * side, and what one of them had received already was handed out after the window of the other was sealed. Of a window that
 * brought nothing new it can't be told what came after it.
 */
function listedWithoutLast({ digest, events }: LedgerRow, before: readonly Received[]): ReadonlySet<string> | undefined {
  let count = events === 0 ? 0 : before.length
  for (let listings = 0; listings < LISTINGS_MAX; listings++) {
    const receivedMs = before[count - 1]?.receivedMs
    while (count > 0 && before[count - 1]!.receivedMs === receivedMs) count-- // What was received together was listed together.
    if (count === 0) break
    const listed = idsOf(before.slice(0, count))
    if (digestOf(listed) === digest) return listed
  }
  return undefined
}

const idsOf = (events: readonly Received[]): ReadonlySet<string> => new Set(events.map(({ id }) => id))

/**
 * Whether the retention may have removed some of the window's events. Asked after the events were read, because a run
 * goes on removing. Events that a window repeats were received no earlier than the window begins.
 */
async function mayBeRemoved(journal: JournalReader, { fromS, repeats, sealedAtMs }: LedgerRow): Promise<boolean> {
  const { removed, oldestReceivedMs = Number.POSITIVE_INFINITY } = await journal.stats()
  if (removed === 0) return false
  return sealedAtMs < oldestReceivedMs + LISTING_MS_MAX || (repeats > 0 && fromS * 1000 < oldestReceivedMs)
}
