import { testJournalContract } from '../../../test/contract/journal_contract.ts'
import { openMemoryJournal } from './index.ts'

testJournalContract('memory', openMemoryJournal)
