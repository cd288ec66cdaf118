import { join } from 'node:path'
import { testJournalContract } from '../../../test/contract/journal_contract.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { openSqliteJournal } from './index.ts'

testJournalContract('sqlite', async (limits, context) => {
  const folder = temporaryFolder()
  const journal = await openSqliteJournal({ ...limits, path: join(folder.path, 'journal.db') }, context)
  const close = journal[Symbol.asyncDispose].bind(journal)
  journal[Symbol.asyncDispose] = async () => {
    await close()
    folder[Symbol.dispose]()
  }
  return journal
})
