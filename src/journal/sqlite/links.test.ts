import { linkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { contextWith, events, KEY, LIMITS, never } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { openSqliteJournal, openSqliteJournalReadOnly } from './index.ts'

test.each(['that is there', 'that is not there yet'])('a link to a file %s is the file: one lock, one log', async state => {
  using place = journalFolder()
  using elsewhere = temporaryFolder()
  const link = join(elsewhere.path, 'link.db')
  symlinkSync(place.path, link)
  if (state === 'that is there') await (await place.open())[Symbol.asyncDispose]()
  const byLink = { ...LIMITS, path: link }
  {
    await using journal = await openSqliteJournal(byLink, contextWith())
    await expect(place.open()).rejects.toMatchObject({ code: 'journal.locked' })
    await journal.append(KEY, { events: events(0, 2), position: 2 }, never)
    await using reader = await openSqliteJournalReadOnly(link, contextWith())
    expect(await reader.head()).toBe(2)
  }
  await using _ = await place.open()
  await expect(openSqliteJournal(byLink, contextWith())).rejects.toMatchObject({ code: 'journal.locked' })
})

test('a link that leads to itself is no journal', async () => {
  using place = journalFolder()
  symlinkSync(place.path, place.path)
  await expect(place.open()).rejects.toMatchObject({ code: 'journal.unusable' })
})

test('a journal with a second name is not written by either: each would have a log of its own', async () => {
  using place = journalFolder()
  const other = `${place.path}-other`
  {
    await using journal = await place.open()
    await journal.append(KEY, { events: events(0, 2), position: 2 }, never)
    linkSync(place.path, other)
    const byOther = openSqliteJournal({ ...LIMITS, path: other }, contextWith())
    await expect(byOther).rejects.toMatchObject({ code: 'journal.linked', exitCode: 78, message: expect.stringContaining(other) as string })
    await journal.append(KEY, { events: events(2, 3), position: 3 }, never)
  }
  await expect(place.open()).rejects.toMatchObject({ code: 'journal.linked' })
  rmSync(other)
  await using journal = await place.open()
  expect(await journal.streamPosition(KEY)).toBe(3)
})
