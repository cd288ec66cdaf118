import { accessSync, constants } from 'node:fs'
import { join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BlockedError } from '../../core/errors.ts'
import { diskError } from './errors.ts'

const SQLITE_BUSY = 5

/**
 * Makes this the only writer of the files of a template, until disposed or the process ends, however it ends: the lock
 * is the operating system's, on a small SQLite file beside them.
 */
export function lockFiles(base: string, template: string): Disposable {
  const name = (relative(base, template) || template).replace(/[^A-Za-z0-9._-]/g, '_')
  const path = join(base, `.${name}.lock`)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 0 })
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    const held = database
    return { [Symbol.dispose]: () => held.close() }
  } catch (cause) {
    database?.close()
    if ((cause as { errcode?: number }).errcode === SQLITE_BUSY) {
      const message = `Another sink or process writes ${template} (it holds ${path}). Stop it, or give each a path of its own.`
      throw new BlockedError('file.locked', message, { cause })
    }
    throw diskError(path, refusal(base, path) ?? cause)
  }
}

/**
 * The system's own reason, which SQLite does not tell. No file is opened to learn it: closing one would end the locks that
 * this process holds on it.
 */
function refusal(base: string, path: string): unknown {
  try {
    accessSync(base, constants.W_OK | constants.X_OK)
    accessSync(path, constants.R_OK | constants.W_OK)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : error
  }
  return undefined
}
