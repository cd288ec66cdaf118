import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { events, KEY, never } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'

type Place = ReturnType<typeof journalFolder>

const TAKEN_AWAY: readonly (readonly [string, (place: Place) => void])[] = [
  ['removed with its folder', ({ folder }) => rmSync(folder, { recursive: true })],
  ['removed with its folder, and that made again', remake],
  ['moved', ({ path }) => renameSync(path, `${path}-old`)],
  ['replaced by an older copy', ({ path }) => renameSync(`${path}-early`, path)],
  ['without its log', ({ path }) => rmSync(`${path}-wal`)],
]

function remake({ folder }: Place): void {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
}

test.each(TAKEN_AWAY)('a journal that is %s while it is written acknowledges nothing any more, and says so', async (_, take) => {
  using place = journalFolder()
  const journal = await place.open({ sinks: ['s'] })
  await journal.append(KEY, { events: events(0, 2), position: 2 }, never)
  copyFileSync(place.path, `${place.path}-early`)
  take(place)
  const gone = { code: 'journal.gone', exitCode: 70, message: expect.stringContaining(place.path) as string }
  await expect(journal.append(KEY, { events: events(2, 1), position: 3 }, never)).rejects.toMatchObject(gone)
  await expect(journal.saveSinkPosition('s', 2)).rejects.toMatchObject(gone)
  await journal[Symbol.asyncDispose]()
})

test('a journal whose lock was removed is left to whoever holds the new one', async () => {
  using place = journalFolder()
  await using first = await place.open({ sinks: ['s'] })
  await first.append(KEY, { events: events(0, 2), position: 2 }, never)
  rmSync(`${place.path}.lock`)
  await using second = await place.open({ sinks: ['s'] })
  const gone = { code: 'journal.gone', exitCode: 70, message: expect.stringContaining(`${place.path}.lock`) as string }
  await expect(first.append(KEY, { events: events(2, 3), position: 3 }, never)).rejects.toMatchObject(gone)
  await expect(first.saveSinkPosition('s', 2)).rejects.toMatchObject(gone)
  await second.append(KEY, { events: events(2, 4), position: 4 }, never)
  expect(await second.streamPosition(KEY)).toBe(4)
})

test('a journal that is left alone is written on, also when its log was emptied', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await using _ = journal
  await journal.append(KEY, { events: events(0, 2), position: 2 }, never)
  store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  await journal.append(KEY, { events: events(2, 1), position: 3 }, never)
  expect(await journal.streamPosition(KEY)).toBe(3)
})
