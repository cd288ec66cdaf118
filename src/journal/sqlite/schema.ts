import type { DatabaseSync } from 'node:sqlite'

/** Says in the file's header that it is ours: `TRlj`. */
export const APPLICATION_ID = 0x54_52_6c_6a
export const FORMAT_VERSION = 1
/** Measured against 16384 and 65536: docs/decisions/0001-journal-layout.md. */
export const PAGE_BYTES = 4096

/*
  An event has a number: how many were appended before it. A position is such a number.

  batches     one row per append (long appends take several), keyed by the number of its first event
    bytes_before   bytes of the texts of all events before this row, removed ones too
    received_ms    the latest time of receipt up to the end of this row: it never falls from row to row
    directory      {"ids":[…],"base":<ms>,"times":[<ms after base>…],"bytes":[…],"received":[<ms after received>…]}
    encoding       of `text`, see codec.ts
    text           the texts, one after another; NULL once the retention has removed them
    *_crc          CRC-32 of the column as stored
  streams     position: JSON; head: the number of events when it was saved, so that both can be compared at the start
  sinks       position: the number of the first event not passed yet
  log         one row, see log_mark.ts; not there before the first transaction
  The columns before `directory` are small and come first: reading them does not touch the pages of the texts.
*/
const TABLES: Readonly<Record<string, string>> = {
  streams: `id INTEGER PRIMARY KEY, source TEXT NOT NULL, stream TEXT NOT NULL, position TEXT, head INTEGER NOT NULL,
    UNIQUE (source, stream)`,
  batches: `first INTEGER PRIMARY KEY, stream INTEGER NOT NULL, events INTEGER NOT NULL, bytes_before INTEGER NOT NULL,
    bytes INTEGER NOT NULL, min_time_ms INTEGER NOT NULL, max_time_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL,
    directory_crc INTEGER NOT NULL, text_crc INTEGER NOT NULL, encoding INTEGER NOT NULL, directory TEXT NOT NULL, text BLOB`,
  sinks: 'sink TEXT PRIMARY KEY, position INTEGER NOT NULL',
  ledger: `n INTEGER PRIMARY KEY, stream INTEGER NOT NULL, from_s INTEGER NOT NULL, to_s INTEGER NOT NULL, sealed_at_ms INTEGER NOT NULL,
    events INTEGER NOT NULL, repeats INTEGER NOT NULL, late INTEGER NOT NULL, digest TEXT NOT NULL`,
  // AUTOINCREMENT: the id of a dropped dead letter is never given to another.
  dead_letters: 'n INTEGER PRIMARY KEY AUTOINCREMENT, component TEXT NOT NULL, about TEXT NOT NULL, text BLOB NOT NULL',
}
/** Stored by their key, without an index: a save changes one page. */
const CLUSTERED: ReadonlySet<string> = new Set(['sinks'])
const INDEXES: Readonly<Record<string, string>> = {
  batches_by_time: 'batches (stream, max_time_ms, min_time_ms)',
  ledger_by_start: 'ledger (stream, from_s)',
}

export function createSchema(database: DatabaseSync): void {
  const tables = Object.entries(TABLES).map(
    ([name, columns]) => `CREATE TABLE ${name} (${columns}) STRICT${CLUSTERED.has(name) ? ', WITHOUT ROWID' : ''};`,
  )
  const indexes = Object.entries(INDEXES).map(([name, on]) => `CREATE INDEX ${name} ON ${on};`)
  database.exec(`BEGIN IMMEDIATE; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION};
    ${tables.join('\n')} ${indexes.join('\n')} COMMIT`)
}

/** The tables and indexes that ought to be there and are not. */
export function missingFrom(database: DatabaseSync): readonly string[] {
  const present = new Set(
    database
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name),
  )
  return [...Object.keys(TABLES), ...Object.keys(INDEXES)].filter(name => !present.has(name))
}

export function pragma(database: DatabaseSync, name: string): unknown {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]
}
