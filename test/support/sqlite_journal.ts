import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { JournalContext, JournalLimits } from '../../src/journal/journal.ts'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { SqliteJournal } from '../../src/journal/sqlite/journal.ts'
import { lockJournal } from '../../src/journal/sqlite/lock.ts'
import { openForWriting } from '../../src/journal/sqlite/open.ts'
import { temporaryFolder } from './folder.ts'
import { contextWith, LIMITS } from './journals.ts'

/** A folder with a journal in it that can be opened, closed and opened again. */
export function journalFolder() {
  const folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  return {
    path,
    folder: folder.path,
    open: (limits: Partial<JournalLimits> = {}, context: JournalContext = contextWith()) =>
      openSqliteJournal({ ...LIMITS, ...limits, path }, context),
    /** The journal with its database in the open, so that a test can make the disk small. */
    openBare(limits: Partial<JournalLimits> = {}, context: JournalContext = contextWith()) {
      const lock = lockJournal(path)
      const store = openForWriting(path)
      return { store, journal: new SqliteJournal(store, lock, { ...LIMITS, ...limits }, context) }
    },
    /** The files as a kill -9 at this moment would leave them. */
    killedCopy(name: string): string {
      const copy = join(folder.path, name)
      for (const suffix of ['', '-wal']) cpSync(path + suffix, copy + suffix)
      return copy
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
