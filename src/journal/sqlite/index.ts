import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import type { Journal, JournalContext, JournalLimits, JournalReader } from '../journal.ts'
import { SqliteJournal } from './journal.ts'
import { lockJournal } from './lock.ts'
import { linkedFile, makeFolder, openForReading, openForWriting } from './open.ts'
import { SqliteReader } from './reader.ts'
import { Rows } from './rows.ts'

/** Between two looks for what another process has appended, in ms. */
const LOOK_MS = 200

export interface SqliteJournalOptions extends JournalLimits {
  /** The file; beside it stand `-wal`, `-shm` and `.lock`. */
  readonly path: string
}

/**
 * Opens the journal for this process alone and makes it where there is none. Throws a FatalError that names the
 * file and the remedy: `journal.locked` (69), `journal.damaged` or `journal.mixed` (70), `journal.newer`, `journal.linked` or `journal.unusable` (78),
 * and `journal.unavailable` (69) when the disk is full or failing, which may pass. Once its files are no longer where they were
 * opened, every change throws `journal.gone` (70).
 */
export async function openSqliteJournal(options: SqliteJournalOptions, context: JournalContext): Promise<Journal> {
  const path = linkedFile(options.path)
  makeFolder(path)
  const lock = lockJournal(path)
  try {
    const isNew = !existsSync(path)
    const journal = new SqliteJournal(openForWriting(path), lock, options, context)
    // Whoever meant another one, or started in another folder, is to see it.
    if (isNew) context.logger.info(`a new journal was made: ${resolve(path)}`)
    return journal
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

/**
 * Opens the journal to be asked only, also while another process writes it; what that appends is seen. Throws as
 * above, and `journal.missing` (66) where there is none.
 */
export async function openSqliteJournalReadOnly(path: string, { clock }: { readonly clock: Clock }): Promise<JournalReader> {
  const store = openForReading(linkedFile(path))
  const rows = new Rows(store)
  const head = () => rows.end().events
  return new SqliteReader(store, rows, {
    head,
    segmentAt: position => rows.segmentAt(position),
    beyond: async (position, signal) => {
      while (head() <= position) await clock.sleep(LOOK_MS, signal) // Nobody tells one process of another's commits.
    },
  })
}
