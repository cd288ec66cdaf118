import type { Position, SealedWindow } from '../../core/batch.ts'
import type { DeadLetter, StreamKey } from '../journal.ts'
import type { EncodedRow } from './codec.ts'
import type { Store } from './store.ts'

/** Saves how far a stream has come, and its position if one is named; undefined forgets it. Gives the stream's number. */
export function saveStream(
  store: Store,
  key: StreamKey,
  at: { readonly position?: Position | undefined; readonly events: number },
): number {
  const position = at.position === undefined ? null : JSON.stringify(at.position)
  const row = store.get(
    `INSERT INTO streams (source, stream, position, head) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET head = excluded.head, position = iif(?, excluded.position, position) RETURNING id`,
    key.source,
    key.stream,
    position,
    at.events,
    'position' in at ? 1 : 0,
  )
  return row!.id as number
}

export function insertRow(
  store: Store,
  row: EncodedRow,
  place: { readonly stream: number; readonly first: number; readonly bytesBefore: number; readonly receivedMs: number },
): void {
  store.run(
    `INSERT INTO batches (first, stream, events, bytes_before, bytes, min_time_ms, max_time_ms, received_ms, directory_crc, text_crc,
       encoding, directory, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    place.first,
    place.stream,
    row.events.length,
    place.bytesBefore,
    row.bytes,
    row.minTimeMs,
    row.maxTimeMs,
    place.receivedMs,
    row.directoryCrc,
    row.textCrc,
    row.encoding,
    row.directory,
    row.text,
  )
}

export function insertWindows(store: Store, stream: number, windows: readonly SealedWindow[]): void {
  for (const { fromS, toS, sealedAtMs, events, repeats, late, digest } of windows) {
    store.run(
      'INSERT INTO ledger (stream, from_s, to_s, sealed_at_ms, events, repeats, late, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      stream,
      fromS,
      toS,
      sealedAtMs,
      events,
      repeats,
      late,
      digest,
    )
  }
}

export function insertDeadLetters(store: Store, letters: readonly Omit<DeadLetter, 'id'>[]): void {
  for (const { component, text, ...about } of letters) {
    store.run('INSERT INTO dead_letters (component, about, text) VALUES (?, ?, ?)', component, JSON.stringify(about), Buffer.from(text))
  }
}
