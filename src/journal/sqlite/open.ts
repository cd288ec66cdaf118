import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FatalError } from '../../core/errors.ts'
import { damaged, journalFault, linked, missing, newer, unusable } from './faults.ts'
import { refuseForeignLog } from './log_mark.ts'
import { Rows } from './rows.ts'
import { APPLICATION_ID, createSchema, FORMAT_VERSION, missingFrom, PAGE_BYTES, pragma } from './schema.ts'
import { Store } from './store.ts'
import { refuseShortFile } from './wal.ts'

/** A reader of another process may hold a lock for as long as it takes to look at the log. */
const BUSY_MS = 250
/** Beyond it only the small tables are checked page by page at the start: a full check reads the whole file. */
const FULL_CHECK_BYTES_MAX = 64 * 2 ** 20

/** The file that `path` leads to: SQLite puts the log beside that one, and there is one lock, however it is reached. */
export function linkedFile(path: string): string {
  return attempt(path, () => {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path
    const isThere = statSync(path, { throwIfNoEntry: false }) !== undefined // Throws for a link that leads to itself.
    return isThere ? realpathSync(path) : linkedFile(resolve(realpathSync(dirname(path)), readlinkSync(path)))
  })
}

/** Makes the folder that the journal and its lock stand in. */
export function makeFolder(path: string): void {
  attempt(path, () => makeFolders(dirname(path)))
}

/** One by one: `recursive` never returns where a file system says of a new folder that it is not there, as /proc does. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  makeFolders(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
  }
}

/** Opens the journal for the one writer, who holds the lock, and makes it where there is none. */
export function openForWriting(path: string): Store {
  const isNew = attempt(path, () => makeFile(path))
  attempt(path, () => refuseReadOnly(path))
  attempt(path, () => refuseLinked(path))
  attempt(path, () => refuseShortFile(path))
  // With it SQLite undoes what a killed process had begun, and for that the file has to be open for writing.
  const isHalfDone = existsSync(`${path}-journal`)
  // What is refused is closed as it was: closing what is open for writing copies the log into the file, whatever they are.
  if (!isNew && !isHalfDone) opened(path, { timeout: BUSY_MS, readOnly: true }, examine)[Symbol.dispose]()
  return opened(path, { timeout: BUSY_MS }, store => {
    if (isNew) store.database.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
    // Checkpoints are ours (checkpoint.ts): the automatic one would make an append wait.
    store.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
    if (isNew || isBlank(store.database)) {
      createSchema(store.database)
      // Into the file itself: one without it then never held anything, whatever becomes of the log.
      store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    }
    if (isHalfDone) examine(store)
  })
}

function examine(store: Store): void {
  if (isBlank(store.database)) return
  refuseForeignLog(store)
  refuseForeign(store)
  refuseTorn(store)
}

/** Opens the journal beside its writer, or without one. */
export function openForReading(path: string): Store {
  // SQLite says of a folder that the disk fails.
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw unusable(path, new Error('it is a folder'))
  if (fileBytes(path) === 0) throw missing(path)
  return opened(path, { timeout: BUSY_MS, readOnly: true }, store => {
    if (isBlank(store.database)) throw missing(path) // Its writer ended while it made it, or is making it now.
    refuseForeignLog(store)
    refuseForeign(store)
  })
}

/** True when there is nothing in it yet. The file is for its owner alone: it holds what people did. */
function makeFile(path: string): boolean {
  if (!existsSync(path)) {
    closeSync(openSync(path, 'a', 0o600))
    const directory = openSync(dirname(path), 'r')
    fsyncSync(directory) // The name itself must survive a power cut.
    closeSync(directory)
  }
  return fileBytes(path) === 0
}

/** SQLite opens what can only be read without a word. Every save of a position would fail then, and every batch be sent again. */
function refuseReadOnly(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) accessSync(file, constants.W_OK)
}

function refuseLinked(path: string): void {
  const stats = statSync(path)
  if (stats.isFile() && stats.nlink > 1) throw linked(path, stats.nlink)
}

function opened(path: string, options: { timeout: number; readOnly?: boolean }, prepare: (store: Store) => void): Store {
  const store = attempt(path, () => new Store(path, new DatabaseSync(path, options)))
  try {
    attempt(path, () => prepare(store))
    return store
  } catch (error) {
    store[Symbol.dispose]()
    throw error
  }
}

/** What cannot be opened ends the process: nothing here passes by itself. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const fault = journalFault(path, cause)
    throw fault instanceof FatalError ? fault : unusable(path, cause)
  }
}

/** A database without a schema and without an owner: whoever made it ended before it was a journal. */
function isBlank(database: DatabaseSync): boolean {
  return pragma(database, 'schema_version') === 0 && pragma(database, 'application_id') === 0
}

function refuseForeign({ path, database }: Store): void {
  const application = pragma(database, 'application_id')
  if (application !== APPLICATION_ID) throw damaged(path, 'it is a database, but no journal of tailrace')
  const version = Number(pragma(database, 'user_version'))
  if (version > FORMAT_VERSION) throw newer(path, version, FORMAT_VERSION)
  const lost = missingFrom(database)
  if (lost.length > 0) throw damaged(path, `it has no ${lost.join(', ')}`)
}

/**
 * Finds a file whose parts are not of one moment: every append leaves the number of events both in the last row
 * and in the row of its stream. Texts and ids carry checksums of their own, looked at when they are read.
 */
function refuseTorn(store: Store): void {
  const { path, database } = store
  const checks =
    store.diskBytes <= FULL_CHECK_BYTES_MAX
      ? ['quick_check(1)']
      : ['streams', 'sinks', 'sqlite_schema'].map(table => `quick_check(${table})`)
  for (const check of checks) {
    const answer = pragma(database, check)
    if (answer !== 'ok') throw damaged(path, String(answer))
  }
  const end = new Rows(store).end().events
  const heads = store.get('SELECT max(head) AS streams, (SELECT max(position) FROM sinks) AS sinks FROM streams')
  const streams = Number(heads?.streams ?? 0)
  const sinks = Number(heads?.sinks ?? 0)
  if (streams !== end) throw damaged(path, `its streams have appended ${streams} events, its rows hold ${end}`)
  if (sinks > end) throw damaged(path, `a sink is at event ${sinks}, its rows end at ${end}`)
}

function fileBytes(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
