import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { contextWith, event, KEY, LIMITS, never } from '../../test/support/journals.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'

test('get prints every text of an id, the newest first, and the one of two streams once', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  const second = event(1, { text: '{"id":"e1","n":2}' })
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS }, contextWith())
    await journal.append(KEY, { events: [event(1), second, event(2)], position: 1 }, never)
    await journal.append({ ...KEY, stream: 'tenant' }, { events: [event(1, { stream: 'tenant' })], position: 1 }, never)
  }
  const err = '2 texts came with the id e1; they are printed newest first\n'
  expect(await cli(['get', 'e1', '--journal', path])).toMatchObject({ code: 0, out: `${event(1).text}\n${second.text}\n`, err })
  expect(await cli(['get', 'e2', '--journal', path])).toMatchObject({ code: 0, out: `${event(2).text}\n`, err: '' })
})
