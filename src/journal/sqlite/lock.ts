import { accessSync, constants } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isBusy, locked, unusable } from './faults.ts'

/**
 * Makes this the only writer of the journal at `path`, until disposed or the process ends, however it ends:
 * the lock is the operating system's. It stands beside the journal, so that readers are not hindered.
 */
export function lockJournal(path: string): Disposable {
  const database = openLock(path)
  try {
    accessSync(`${path}.lock`, constants.W_OK) // One that can only be read is locked for nobody, and SQLite does not say so.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    throw isBusy(error) ? locked(path) : unusable(path, error)
  }
  return { [Symbol.dispose]: () => database.close() }
}

function openLock(path: string): DatabaseSync {
  try {
    return new DatabaseSync(`${path}.lock`, { timeout: 0 })
  } catch (error) {
    throw unusable(path, error)
  }
}
