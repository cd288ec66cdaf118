import type { LogEvent } from '../../core/event.ts'
import type { StreamKey } from '../journal.ts'
import { bytesBefore, type Segment } from '../shelf.ts'
import { type Directory, decodeDirectory, decodeEvents, decodeTexts } from './codec.ts'
import { damaged } from './faults.ts'
import type { Store } from './store.ts'

/** A row of `batches` without what is large. */
export interface RowHead {
  /** Events before it. */
  readonly first: number
  readonly events: number
  readonly stream: number
  readonly bytesBefore: number
  readonly bytes: number
  readonly receivedMs: number
}

/** The end of the journal: what the next append continues. */
export interface End {
  readonly events: number
  readonly bytes: number
  readonly receivedMs: number
}

const HEAD = 'SELECT first, events, stream, bytes_before AS bytesBefore, bytes, received_ms AS receivedMs FROM batches'

/** The rows of events, as they are asked for. */
export class Rows {
  readonly #store: Store
  readonly #keys = new Map<number, StreamKey>()

  constructor(store: Store) {
    this.#store = store
  }

  end(): End {
    const last = this.#head(`${HEAD} ORDER BY first DESC LIMIT 1`)
    if (last === undefined) return { events: 0, bytes: 0, receivedMs: Number.MIN_SAFE_INTEGER }
    return { events: last.first + last.events, bytes: last.bytesBefore + last.bytes, receivedMs: last.receivedMs }
  }

  /** The oldest row, with its texts or without. */
  oldestKnown(): RowHead | undefined {
    return this.#head(`${HEAD} ORDER BY first LIMIT 1`)
  }

  /** The oldest row that has its texts, from the row `first` on: texts are removed in the order of rows. */
  oldestRetained(first = 0): RowHead | undefined {
    return this.#head(`${HEAD} WHERE first >= ? AND text IS NOT NULL ORDER BY first LIMIT 1`, first)
  }

  /** The row that holds the event number `position`, else the first one after it. */
  holding(position: number): RowHead | undefined {
    const row = this.#head(`${HEAD} WHERE first <= ? ORDER BY first DESC LIMIT 1`, position)
    if (row !== undefined && row.first + row.events > position) return row
    return this.#head(`${HEAD} WHERE first > ? ORDER BY first LIMIT 1`, position)
  }

  /** See `Feed.segmentAt`. */
  segmentAt(position: number): Segment | undefined {
    const row = this.holding(position)
    const retained = row === undefined ? undefined : this.oldestRetained(row.first)
    return retained === undefined ? undefined : this.segment(retained)
  }

  segment(row: RowHead): Segment {
    let events: readonly LogEvent[] | undefined
    return {
      first: row.first,
      count: row.events,
      source: this.key(row.stream).source,
      events: () => {
        events ??= this.#events(row)
        return events
      },
    }
  }

  /** Bytes of all texts before the event number `position`. */
  bytesBefore(position: number): number {
    const row = this.holding(position)
    if (row === undefined) return this.end().bytes
    if (position <= row.first) return row.bytesBefore
    return bytesBefore({ ...row, lengths: this.directory(row.first).lengths }, position)
  }

  /** When the event number `position`, or the first one kept after it, was received. */
  receivedMs(position: number): number | undefined {
    const row = this.holding(position)
    return row === undefined ? undefined : this.directory(row.first).received[Math.max(0, position - row.first)]
  }

  /** The number of the oldest event received at or after `receivedMs`; the end when there is none. */
  receivedSince(receivedMs: number): number {
    const end = this.end().events
    let low = this.oldestKnown()?.first ?? end // Always the start of a row, or the end.
    for (let high = end; low < high; ) {
      const row = this.holding(Math.floor((low + high) / 2))
      if (row === undefined) break
      if (row.receivedMs < receivedMs) low = row.first + row.events
      else high = row.first
    }
    if (low >= end) return end
    const offset = this.directory(low).received.findIndex(ms => ms >= receivedMs)
    return low + Math.max(0, offset)
  }

  directory(first: number): Directory {
    const row = this.#store.get('SELECT directory, directory_crc AS crc FROM batches WHERE first = ?', first)
    const directory = row && decodeDirectory(row.directory as string, row.crc as number)
    if (directory === undefined) throw damaged(this.#store.path, `the ids of the row of event ${first} are not what was stored`)
    return directory
  }

  streams(): readonly StreamKey[] {
    return this.#store.all('SELECT id, source, stream FROM streams ORDER BY id').map(({ id, source, stream }) => {
      const key = { source: source as string, stream: stream as string }
      this.#keys.set(id as number, key)
      return key
    })
  }

  streamId(key: StreamKey): number | undefined {
    return this.#store.get('SELECT id FROM streams WHERE source = ? AND stream = ?', key.source, key.stream)?.id as number | undefined
  }

  key(stream: number): StreamKey {
    if (!this.#keys.has(stream)) this.streams()
    const key = this.#keys.get(stream)
    if (key === undefined) throw damaged(this.#store.path, `it holds events of a stream (${stream}) it does not know`)
    return key
  }

  #head(sql: string, ...values: number[]): RowHead | undefined {
    return this.#store.get(sql, ...values) as RowHead | undefined
  }

  /** None when the texts have been removed since. */
  #events(row: RowHead): readonly LogEvent[] {
    const stored = this.#store.get('SELECT text, text_crc AS crc, encoding FROM batches WHERE first = ?', row.first)
    if (stored === undefined || stored.text === null) return []
    const directory = this.directory(row.first)
    const texts = decodeTexts(stored.text as Uint8Array, stored.crc as number, stored.encoding as number, directory.lengths)
    if (texts === undefined) throw damaged(this.#store.path, `the texts of the row of event ${row.first} are not what was stored`)
    return decodeEvents(directory, texts, this.key(row.stream))
  }
}
