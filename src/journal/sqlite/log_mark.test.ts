import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { contextWith, event, KEY, never } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { openSqliteJournalReadOnly } from './index.ts'
import type { SqliteJournal } from './journal.ts'
import { refuseForeignLog } from './log_mark.ts'
import { PAGE_BYTES } from './schema.ts'
import type { Store } from './store.ts'

type Place = ReturnType<typeof journalFolder>

/** Appends until there are `events` of them, each in a page or two of its own. */
async function fill(journal: SqliteJournal, events: number): Promise<void> {
  for (let n = (await journal.head()) as number; n < events; n++)
    await journal.append(KEY, { events: [event(n, { text: `"${String(n).repeat(2000)}"` })], position: n }, never)
}

function marksOf(path: string) {
  using database = new DatabaseSync(path, { readOnly: true })
  return database.prepare('SELECT before, mark FROM log').get()
}

const copyLog = (store: Store) => store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
const bytesOf = (path: string) => ['', '-wal'].map(suffix => existsSync(path + suffix) && readFileSync(path + suffix).toString('base64'))

/** A journal that was closed with 20 events and copied to `.backup`, and was killed with 30 in the file and 5 in the log. */
async function restored(place: Place): Promise<void> {
  {
    await using early = place.openBare().journal
    await fill(early, 20)
  }
  copyFileSync(place.path, `${place.path}.backup`)
  const { journal, store } = place.openBare()
  await fill(journal, 30)
  copyLog(store)
  await fill(journal, 35)
  const killed = place.killedCopy('killed.db')
  await journal[Symbol.asyncDispose]()
  for (const suffix of ['', '-wal']) {
    rmSync(place.path + suffix, { force: true })
    copyFileSync(killed + suffix, place.path + suffix)
  }
}

// Goal: SQLite takes any log beside a file for its own, and copies it into the file when that is closed.
test('a backup beside the log of a crash is refused, and both are left as they are', async () => {
  using place = journalFolder()
  await restored(place)
  const killed = `${place.path}.killed`
  copyFileSync(place.path, killed)
  copyFileSync(`${place.path}.backup`, place.path)
  const before = bytesOf(place.path)
  const refusal = { code: 'journal.mixed', exitCode: 70, message: expect.stringContaining(`move ${place.path}-wal`) as string }
  await expect(openSqliteJournalReadOnly(place.path, contextWith())).rejects.toMatchObject(refusal)
  await expect(place.open()).rejects.toMatchObject(refusal)
  expect(bytesOf(place.path)).toEqual(before)
  copyFileSync(killed, place.path)
  {
    await using journal = await place.open()
    expect(await journal.head()).toBe(35)
  }
  copyFileSync(`${place.path}.backup`, place.path)
  await using journal = await place.open()
  expect(await journal.head()).toBe(20)
})

const OF_ONE_MOMENT: readonly (readonly [string, (place: Place, store: Store) => string])[] = [
  ['the log of a crash beside its own file', place => place.killedCopy('copy')],
  [
    'a log that was copied into the file, and not emptied',
    (place, store) => {
      const copy = place.killedCopy('copy')
      copyLog(store)
      copyFileSync(place.path, copy)
      return copy
    },
  ],
  [
    'a log of which one half was copied into the file',
    (place, store) => {
      const copy = place.killedCopy('copy')
      copyLog(store)
      copyFileSync(place.path, copy)
      truncateSync(copy, PAGE_BYTES * 50) // The header, which comes first, tells of more.
      return copy
    },
  ],
]

test.each(OF_ONE_MOMENT)('%s is whole', async (_, make) => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 30)
  copyLog(store)
  await fill(journal, 60)
  const copy = make(place, store)
  await journal[Symbol.asyncDispose]()
  await using reader = await openSqliteJournalReadOnly(copy, contextWith())
  expect(await reader.head()).toBe(60)
})

// Goal: the table of the marks may be given a page that was free, and that still holds rows of another table.
test('a first marked log of which any part was copied into the file is whole', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 5)
  store.database.exec('DROP TABLE log')
  const letter = { component: 's', reason: 'r', text: 'x'.repeat(500), ...KEY, eventId: 'e', atMs: 1, timeMs: 1, receivedMs: 1 }
  await journal.addDeadLetters(Array.from({ length: 50 }, () => letter))
  await journal.dropDeadLetters(Array.from({ length: 50 }, (_, index) => String(index + 1)))
  copyLog(store)
  await fill(journal, 6)
  const copy = place.killedCopy('copy')
  const file = readFileSync(copy)
  const log = readFileSync(`${copy}-wal`)
  copyLog(store)
  const copied = readFileSync(place.path)
  await journal[Symbol.asyncDispose]()
  for (let bytes = 0; bytes <= copied.length; bytes += PAGE_BYTES) {
    writeFileSync(copy, Buffer.concat([copied.subarray(0, bytes), file.subarray(bytes)]))
    writeFileSync(`${copy}-wal`, log)
    await using reader = await openSqliteJournalReadOnly(copy, contextWith())
    expect(await reader.head(), `${bytes} bytes copied`).toBe(6)
  }
})

test('a backup that was made while a log was written is refused beside the log after it', async () => {
  using place = journalFolder()
  {
    const { journal } = place.openBare()
    await fill(journal, 20)
    using reader = new DatabaseSync(place.path, { readOnly: true })
    await backup(reader, `${place.path}.backup`)
    await fill(journal, 30)
    await journal[Symbol.asyncDispose]()
  }
  const { journal } = place.openBare()
  await fill(journal, 31)
  const killed = place.killedCopy('killed.db')
  await journal[Symbol.asyncDispose]()
  copyFileSync(`${place.path}.backup`, killed)
  await expect(openSqliteJournalReadOnly(killed, contextWith())).rejects.toMatchObject({ code: 'journal.mixed' })
})

test('a file and a log that were copied one after the other, with the log emptied in between, are refused', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 30)
  copyLog(store)
  await fill(journal, 31)
  const copy = place.killedCopy('copy')
  copyLog(store)
  await fill(journal, 32)
  copyFileSync(`${place.path}-wal`, `${copy}-wal`)
  await journal[Symbol.asyncDispose]()
  await expect(openSqliteJournalReadOnly(copy, contextWith())).rejects.toMatchObject({ code: 'journal.mixed' })
})

/** A run that is killed when two pages of its first transaction are in the log. */
async function killedEarly(place: Place): Promise<void> {
  const { journal } = place.openBare()
  await fill(journal, 21)
  const killed = place.killedCopy('killed.db')
  await journal[Symbol.asyncDispose]()
  for (const suffix of ['', '-wal']) copyFileSync(killed + suffix, place.path + suffix)
  truncateSync(`${place.path}-wal`, 2 * PAGE_BYTES + 200)
}

/** A transaction that has pages in the log when it is undone. */
async function failing(_: Place, store: Store): Promise<void> {
  store.database.exec('PRAGMA cache_size = 2')
  const work = () => {
    for (let n = 0; n < 50; n++) store.run("INSERT INTO dead_letters (component, about, text) VALUES ('s', '{}', zeroblob(9000))")
    throw new Error('no room on the disk')
  }
  expect(() => store.transaction(work)).toThrow('no room')
  expect(store.logBytes).toBeGreaterThan(0)
}

const nothing = async () => {}

// Goal: the bytes of a transaction that came to nothing are not taken for a log that is marked already.
test.each([
  ['a kill', killedEarly, nothing],
  ['a full disk', nothing, failing],
])('a log whose first transaction was cut short by %s is marked by the next one', async (_, cutShort, fail) => {
  using place = journalFolder()
  {
    await using early = place.openBare().journal
    await fill(early, 20)
  }
  const marked = marksOf(place.path)
  await cutShort(place)
  const { journal, store } = place.openBare()
  await fail(place, store)
  await fill(journal, 22)
  const before = store.get('SELECT before FROM log')?.before
  await journal[Symbol.asyncDispose]()
  expect(before).toBe(marked!.mark)
})

test('a journal of an earlier version, which marked no log, is opened, and marked from then on', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 20)
  store.database.exec('DROP TABLE log')
  copyLog(store)
  await journal.saveSinkPosition('s', 7)
  store.database.exec('DROP TABLE log')
  const killed = place.killedCopy('killed.db')
  await journal[Symbol.asyncDispose]()
  for (const suffix of ['', '-wal']) copyFileSync(killed + suffix, place.path + suffix)
  {
    await using later = await place.open()
    expect(await later.sinkPosition('s')).toBe(7)
  }
  {
    await using later = place.openBare().journal
    await fill(later, 21)
  }
  expect(marksOf(place.path)).toEqual({ before: null, mark: expect.any(String) as string })
})

test('what is refused for what its log holds is closed as it was', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 20)
  store.database.exec("INSERT OR REPLACE INTO sinks VALUES ('s', 1000000)")
  const killed = place.killedCopy('killed.db')
  await journal[Symbol.asyncDispose]()
  for (const suffix of ['', '-wal']) copyFileSync(killed + suffix, place.path + suffix)
  const before = bytesOf(place.path)
  await expect(place.open()).rejects.toMatchObject({ code: 'journal.damaged' })
  expect(bytesOf(place.path)).toEqual(before)
})

test('a disk that fails while the marks are read is told as such', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await fill(journal, 5)
  const prepare = vi.spyOn(store.database, 'prepare').mockImplementationOnce(() => {
    store.database.exec('ROLLBACK') // As SQLite does it.
    throw new Error('disk I/O error')
  })
  expect(() => refuseForeignLog(store)).toThrow('disk I/O error')
  prepare.mockRestore()
  await journal[Symbol.asyncDispose]()
})
