import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { examineJournal, fillJournal } from '../../../test/support/damage.ts'
import { contextWith } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { openSqliteJournal, openSqliteJournalReadOnly } from './index.ts'
import { APPLICATION_ID, PAGE_BYTES, pragma } from './schema.ts'

describe('what is no journal', () => {
  const SPOILED: readonly (readonly [string, (path: string) => void])[] = [
    ['garbage instead of a header', path => writeFileSync(path, 'garbage '.repeat(5000))],
    ['a few bytes', path => writeFileSync(path, 'x')],
    ['the file emptied beside its log', emptyBesideLog],
    ['zeros', path => writeFileSync(path, Buffer.alloc(65_536))],
    ['the database of another program', path => other(path, 'CREATE TABLE cats (name)')],
    ['a table that is missing', path => change(path, 'DROP TABLE sinks')],
    ['an index that is missing', path => change(path, 'DROP INDEX batches_by_time')],
    ['rows that are missing', path => change(path, 'DELETE FROM batches WHERE first = (SELECT max(first) FROM batches)')],
    ['rows that are missing, and no sink to tell', path => change(path, 'DELETE FROM sinks; DELETE FROM batches WHERE first > 5')],
    ['a page that is empty', emptyPage],
    ['a position from elsewhere', path => change(path, "INSERT OR REPLACE INTO sinks VALUES ('s', 1000000)")],
    ['a text that was changed', path => change(path, "UPDATE batches SET text = CAST('{}' AS BLOB) WHERE first = 0")],
    ['ids that were changed', path => change(path, "UPDATE batches SET directory = replace(directory, 'e', 'f') WHERE first = 0")],
    ['events of no stream', path => change(path, 'UPDATE batches SET stream = 99 WHERE first = 0')],
  ]

  test.each(SPOILED)('%s: damaged, and nothing was changed', async (_, spoil) => {
    using place = journalFolder()
    const { journal } = await fillJournal(place, 5)
    await journal[Symbol.asyncDispose]()
    spoil(place.path)
    const before = readFileSync(place.path)
    expect(await examineJournal(place.path)).toBe(-1)
    expect(readFileSync(place.path).equals(before)).toBe(true)
  })

  test('a folder that cannot be made is told, also where the file system denies that it is not there', async () => {
    const limits = { sinks: [], backlogBytesMax: 1, retentionAgeMs: 1, retentionBytesMax: 1 }
    const opening = openSqliteJournal({ path: '/proc/none/deeper/journal.db', ...limits }, contextWith())
    await expect(opening).rejects.toMatchObject({ exitCode: 78, message: expect.stringContaining('/proc/none') as string })
  })

  test.each(['reading', 'writing'])('a folder in its place is no fault of the disk, for %s', async purpose => {
    using place = journalFolder()
    mkdirSync(place.path)
    const limits = { sinks: [], backlogBytesMax: 1, retentionAgeMs: 1, retentionBytesMax: 1 }
    const reading = purpose === 'reading'
    const opening = reading
      ? openSqliteJournalReadOnly(place.path, contextWith())
      : openSqliteJournal({ path: place.path, ...limits }, contextWith())
    await expect(opening).rejects.toMatchObject({ code: 'journal.unusable', exitCode: 78 })
  })

  // Goal: a path that was changed, or is seen from another folder, does not begin everything anew without a word.
  test('a journal that is made anew is told with its whole path, one that was there is not', async () => {
    using place = journalFolder()
    const limits = { sinks: [], backlogBytesMax: 1, retentionAgeMs: 1, retentionBytesMax: 1 }
    const context = contextWith()
    for (const _ of ['new', 'there']) {
      await using _journal = await openSqliteJournal({ path: relative('.', place.path), ...limits }, context)
    }
    expect(context.said).toEqual([`a new journal was made: ${place.path}`])
  })

  test('a process that was killed while it made the journal leaves one that is made anew', async () => {
    using place = journalFolder()
    const made = new DatabaseSync(place.path)
    made.exec('PRAGMA journal_mode = WAL') // Writes the first page; the schema would have come next.
    made.close()
    await expect(openSqliteJournalReadOnly(place.path, contextWith())).rejects.toMatchObject({ code: 'journal.missing' })
    expect(statSync(place.path).size).toBeGreaterThan(0)
    expect(await examineJournal(place.path)).toBe(0)
  })

  test('one that was killed a moment before leaves one that is undone first', async () => {
    using place = journalFolder()
    const made = new DatabaseSync(place.path)
    made.exec('PRAGMA journal_mode = WAL; PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; CREATE TABLE half (x)')
    const insert = made.prepare('INSERT INTO half VALUES (?)')
    for (let n = 0; n < 50; n++) insert.run('x'.repeat(PAGE_BYTES))
    const killed = `${place.path}-killed`
    for (const suffix of ['', '-journal']) copyFileSync(place.path + suffix, killed + suffix)
    made.close()
    expect(statSync(killed).size).toBeGreaterThan(PAGE_BYTES)
    expect(await examineJournal(killed)).toBe(0)
  })

  test('a journal is one from its first moment, whatever becomes of its log', async () => {
    using place = journalFolder()
    const { journal } = await fillJournal(place, 5)
    const early = `${place.path}-early`
    copyFileSync(place.path, early)
    await journal[Symbol.asyncDispose]()
    using copy = new DatabaseSync(early, { readOnly: true })
    expect(pragma(copy, 'application_id')).toBe(APPLICATION_ID)
    expect(await examineJournal(early)).toBe(0)
  })

  test('an empty file is a new journal', async () => {
    using place = journalFolder()
    writeFileSync(place.path, '')
    expect(await examineJournal(place.path)).toBe(0)
  })

  test('no file is a new journal, for its owner alone, also where there is no folder yet', async () => {
    using place = journalFolder()
    const path = `${place.folder}/new/journal.db`
    expect(await examineJournal(path)).toBe(0)
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('one of a later version is left alone', async () => {
    using place = journalFolder()
    await (await place.open())[Symbol.asyncDispose]()
    change(place.path, 'PRAGMA user_version = 99')
    await expect(place.open()).rejects.toMatchObject({ code: 'journal.newer', exitCode: 78 })
    await expect(openSqliteJournalReadOnly(place.path, contextWith())).rejects.toMatchObject({ code: 'journal.newer' })
  })
})

function change(path: string, sql: string): void {
  using database = new DatabaseSync(path)
  database.exec(sql)
}

/** The first page of a table that opening does not need. */
function emptyPage(path: string): void {
  using database = new DatabaseSync(path, { readOnly: true })
  const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'ledger_by_start'").get()!.rootpage as number
  const bytes = readFileSync(path)
  bytes.fill(0, (page - 1) * PAGE_BYTES, page * PAGE_BYTES)
  writeFileSync(path, bytes)
}

function emptyBesideLog(path: string): void {
  writeFileSync(`${path}-wal`, 'x'.repeat(5000))
  writeFileSync(path, '')
}

function other(path: string, sql: string): void {
  rmSync(path)
  change(path, sql)
}
