import { setImmediate as turn } from 'node:timers/promises'
import type { Batch, Position } from '../../core/batch.ts'
import type { LogEvent } from '../../core/event.ts'
import type { EventHistory } from '../../core/source.ts'
import type {
  Backlog,
  DeadLetter,
  DeadLetterCount,
  DeadLetterFilter,
  FoundEvent,
  JournalReader,
  JournalStats,
  LedgerRow,
  ReadOptions,
  StreamKey,
} from '../journal.ts'
import { type Feed, found, readBatches } from '../reading.ts'
import type { RowHead, Rows } from './rows.ts'
import type { Store } from './store.ts'

/** Rows looked at between two turns of the event loop. */
const SCAN_ROWS_MAX = 256

/** The half of the journal that only asks. */
export class SqliteReader implements JournalReader {
  protected readonly store: Store
  protected readonly rows: Rows
  readonly #feed: Feed

  constructor(store: Store, rows: Rows, feed: Feed) {
    this.store = store
    this.rows = rows
    this.#feed = feed
  }

  async streamPosition(key: StreamKey): Promise<Position | undefined> {
    const row = this.store.get('SELECT position FROM streams WHERE source = ? AND stream = ?', key.source, key.stream)
    return typeof row?.position === 'string' ? (JSON.parse(row.position) as Position) : undefined
  }

  history(key: StreamKey): EventHistory {
    return { ids: (fromMs, toMs) => this.#ids(key, fromMs, toMs), unreadable: () => this.#unreadable(key) }
  }

  read(from: Position | undefined, options: ReadOptions, signal: AbortSignal): AsyncIterable<Batch<LogEvent>> {
    return readBatches(this.#feed, from, options, signal)
  }

  async head(): Promise<Position> {
    return this.#feed.head()
  }

  async positionAt(receivedMs: number): Promise<Position> {
    return this.rows.receivedSince(receivedMs)
  }

  async sinkPosition(sink: string): Promise<Position | undefined> {
    return this.store.get('SELECT position FROM sinks WHERE sink = ?', sink)?.position as number | undefined
  }

  async backlog(sink: string): Promise<Backlog> {
    const end = this.rows.end()
    const retainedFrom = this.rows.oldestRetained()?.first ?? end.events
    const saved = (await this.sinkPosition(sink)) as number | undefined
    const position = Math.max(saved ?? 0, retainedFrom)
    return {
      events: end.events - position,
      bytes: end.bytes - this.rows.bytesBefore(position),
      oldestReceivedMs: position < end.events ? this.rows.receivedMs(position) : undefined,
      removed: position - (saved ?? position),
    }
  }

  async deadLetters({ component, eventId, after = '0', limit }: DeadLetterFilter): Promise<readonly DeadLetter[]> {
    return this.store
      .all(
        `SELECT * FROM dead_letters WHERE n > ?1 AND component = ifnull(?2, component)
         AND (?3 IS NULL OR instr(about, ?3) > 0) ORDER BY n LIMIT ?4`,
        Number(after),
        component ?? null,
        eventId === undefined ? null : `"eventId":${JSON.stringify(eventId)}`, // As it was written: within a text its quotes are escaped.
        limit,
      )
      .map(row => decodeDeadLetter(row))
  }

  async deadLetter(id: string): Promise<DeadLetter | undefined> {
    const row = this.store.get('SELECT * FROM dead_letters WHERE n = ?', Number(id))
    return row && decodeDeadLetter(row)
  }

  async countDeadLetters(): Promise<readonly DeadLetterCount[]> {
    return this.store.all(
      `SELECT component, about ->> '$.stream' AS stream, count(*) AS letters FROM dead_letters GROUP BY 1, 2 ORDER BY 1, 2`,
    ) as unknown as readonly DeadLetterCount[]
  }

  async *ledger(key: StreamKey, { fromS, toS }: { fromS: number; toS: number }): AsyncGenerator<LedgerRow> {
    const stream = this.rows.streamId(key)
    let after: readonly [number, number] = [Number.MIN_SAFE_INTEGER, 0]
    while (stream !== undefined) {
      const rows = this.store.all(
        `SELECT n, from_s AS fromS, to_s AS toS, sealed_at_ms AS sealedAtMs, events, repeats, late, digest FROM ledger
         WHERE stream = ? AND (from_s, n) > (?, ?) AND from_s < ? AND to_s > ? ORDER BY from_s, n LIMIT ?`,
        stream,
        ...after,
        toS,
        fromS, // By SQLite: of a year's windows, most begin before a range of these days.
        SCAN_ROWS_MAX,
      )
      for (const { n, ...window } of rows) {
        yield { ...window, source: key.source, stream: key.stream } as unknown as LedgerRow
        after = [window.fromS as number, n as number]
      }
      if (rows.length < SCAN_ROWS_MAX) return
      await turn()
    }
  }

  async sealedTo(key: StreamKey): Promise<number | undefined> {
    const stream = this.rows.streamId(key)
    // By SQLite: there are millions of windows in a year.
    const row = this.store.get(
      `SELECT ifnull(min(before_s) FILTER (WHERE from_s > before_s), max(to_s)) AS sealedToS FROM (SELECT from_s, to_s,
         max(to_s) OVER (ORDER BY from_s, n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_s FROM ledger WHERE stream = ?)`,
      stream ?? null,
    )
    return (row?.sealedToS ?? undefined) as number | undefined
  }

  async ledgerRange(key: StreamKey): Promise<{ readonly fromS: number; readonly toS: number } | undefined> {
    const stream = this.rows.streamId(key)
    const row = this.store.get('SELECT min(from_s) AS fromS, max(to_s) AS toS FROM ledger WHERE stream = ?', stream ?? null)
    return typeof row?.fromS === 'number' ? { fromS: row.fromS, toS: row.toS as number } : undefined
  }

  async *find(eventId: string): AsyncGenerator<FoundEvent> {
    const quoted = JSON.stringify(eventId)
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = this.store.all(
        'SELECT first, instr(directory, ?) > 0 AS hit FROM batches WHERE first < ? AND text IS NOT NULL ORDER BY first DESC LIMIT ?',
        quoted,
        before,
        SCAN_ROWS_MAX,
      )
      for (const { first, hit } of rows) {
        before = first as number
        const row = hit === 1 ? this.rows.holding(before) : undefined
        if (row?.first === before) yield* found(eventId, row.first, this.#events(row))
      }
      if (rows.length < SCAN_ROWS_MAX) return
      await turn()
    }
  }

  async *range(filter: { fromMs: number; toMs: number; sources?: readonly string[] | undefined }): AsyncGenerator<LogEvent> {
    const { fromMs, toMs, sources } = filter
    const keys = this.rows.streams().filter(({ source }) => sources?.includes(source) ?? true)
    const firsts = keys.flatMap(key => this.#rowsWithin(key, fromMs, toMs)).sort((a, b) => a - b)
    for (const first of firsts) {
      const row = this.rows.holding(first)
      if (row === undefined || row.first !== first) continue // Forgotten since.
      for (const event of this.#events(row)) if (event.timeMs >= fromMs && event.timeMs < toMs) yield event
      await turn()
    }
  }

  async streams(): Promise<readonly StreamKey[]> {
    return this.rows.streams()
  }

  async sinks(): Promise<readonly string[]> {
    return this.store.all('SELECT sink FROM sinks ORDER BY sink').map(({ sink }) => sink as string)
  }

  async stats(): Promise<JournalStats> {
    const end = this.rows.end()
    const oldest = this.rows.oldestRetained()
    const removed = oldest?.first ?? end.events
    return {
      diskBytes: this.store.diskBytes,
      events: end.events - removed,
      removed,
      oldestReceivedMs: oldest && this.rows.receivedMs(oldest.first),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store[Symbol.dispose]()
  }

  *#ids(key: StreamKey, fromMs: number, toMs: number): Generator<string> {
    for (const first of this.#rowsWithin(key, fromMs, toMs)) {
      const { ids, times } = this.rows.directory(first)
      for (const [index, id] of ids.entries()) if (times[index]! >= fromMs && times[index]! < toMs) yield id
    }
  }

  *#unreadable({ source, stream }: StreamKey): Generator<string> {
    for (let before = Number.MAX_SAFE_INTEGER; ; ) {
      const rows = this.store.all(
        `SELECT * FROM dead_letters WHERE n < ? AND component = ? AND instr(about, '"eventId":""') > 0 ORDER BY n DESC LIMIT ?`,
        before,
        source,
        SCAN_ROWS_MAX,
      )
      for (const row of rows) {
        const letter = decodeDeadLetter(row)
        before = Number(letter.id)
        if (letter.stream === stream) yield letter.text
      }
      if (rows.length < SCAN_ROWS_MAX) return
    }
  }

  /** The rows of a stream that may hold events with a time in [fromMs, toMs): answered by the index alone. */
  #rowsWithin(key: StreamKey, fromMs: number, toMs: number): readonly number[] {
    const stream = this.rows.streamId(key)
    if (stream === undefined) return []
    return this.store
      .all('SELECT first FROM batches WHERE stream = ? AND max_time_ms >= ? AND min_time_ms < ?', stream, fromMs, toMs)
      .map(({ first }) => first as number)
  }

  #events(row: RowHead): readonly LogEvent[] {
    return this.rows.segment(row).events()
  }
}

function decodeDeadLetter(row: Readonly<Record<string, unknown>>): DeadLetter {
  const text = Buffer.from(row.text as Uint8Array).toString()
  return {
    id: String(row.n),
    component: row.component as string,
    ...(JSON.parse(row.about as string) as Omit<DeadLetter, 'id' | 'text' | 'component'>),
    text,
  }
}
