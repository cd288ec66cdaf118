import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { mixed } from './faults.ts'
import type { Store } from './store.ts'

/** Of a log, and behind it that of its end. */
const MARK = /^([0-9A-F]{16}){1,2}$/
const LOG_CHARS = 16

interface LogMark {
  /** The mark of the log before, which is in the file once that log was copied into it; null for the first. */
  readonly before: string | null
  readonly mark: string
}

/**
 * Within a transaction. The first one of every log writes a new mark and the one before, so that a log tells which file it
 * was begun on. The file holds the one before until the log is copied into it, and then that of the log: SQLite itself takes
 * any log that stands beside a file for its own.
 */
export function markLog(store: Store): void {
  // The table is not part of the format: a journal of an earlier version has none, and takes no harm.
  store.database.exec('CREATE TABLE IF NOT EXISTS log (n INTEGER PRIMARY KEY, before TEXT, mark TEXT NOT NULL) STRICT')
  store.run(
    `INSERT INTO log VALUES (1, NULL, hex(randomblob(8)))
     ON CONFLICT DO UPDATE SET before = mark, mark = excluded.mark`,
  )
}

/**
 * Before a log that is copied is emptied: the next one goes on from here alone, and not from a backup that was made while this
 * one was written, which has the mark of this log too.
 */
export function markEnd(store: Store): void {
  store.transaction(() => store.run(`UPDATE log SET mark = substr(mark, 1, ${LOG_CHARS}) || hex(randomblob(8))`))
}

/**
 * Refuses a file beside a log that was begun on another one: the copy of an earlier day beside what a crash left, or a file and
 * a log that were copied while the journal was written. Pages of both together are no journal, and may look like one.
 */
export function refuseForeignLog({ path, database, logBytes }: Store): void {
  if (logBytes === 0) return
  database.exec('BEGIN') // While it lasts, no writer copies into the file what is not seen here.
  try {
    const log = markIn(database)
    const file = log && markOfFile(path)
    if (file !== undefined && logOf(file) !== logOf(log) && (file?.mark ?? null) !== log?.before) throw mixed(path)
  } finally {
    if (database.isTransaction) database.exec('COMMIT') // SQLite has ended it itself where the disk failed.
  }
}

/** The mark in the file alone; undefined where that cannot be read. */
function markOfFile(path: string): LogMark | null | undefined {
  const url = pathToFileURL(path)
  url.searchParams.set('immutable', '1') // Without the log.
  try {
    using file = new DatabaseSync(url, { readOnly: true, defensive: false })
    file.exec('PRAGMA writable_schema = ON') // Reads a file that is shorter than its header says, as a copying that was cut off leaves it.
    return markIn(file)
  } catch {
    return undefined
  }
}

/**
 * Null where there is no table; undefined where it holds anything but a mark. While a log is copied into the file, its schema
 * may be there and the table's own page not yet: what stood there before is then read as a row.
 */
function markIn(database: DatabaseSync): LogMark | null | undefined {
  const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'log'").get()
  if (table === undefined) return null
  const { before, mark } = database.prepare('SELECT before, mark FROM log').get() ?? {}
  return isMark(mark) && (before === null || isMark(before)) ? { before, mark } : undefined
}

const logOf = (row: LogMark | null | undefined) => row?.mark.slice(0, LOG_CHARS)

const isMark = (value: unknown): value is string => typeof value === 'string' && MARK.test(value)
