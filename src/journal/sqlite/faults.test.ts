import { expect, test } from 'vitest'
import { damaged, journalFault, passingFault, unusable } from './faults.ts'

const sqlite = (errcode: number) => Object.assign(new Error('said'), { errcode })

// Goal: what passes by itself is waited for, and costs nothing; damage is never written on.
test.each([
  ['SQLITE_BUSY', 5, true, 'RetryableError'],
  ['SQLITE_BUSY_SNAPSHOT', 517, true, 'RetryableError'],
  ['SQLITE_IOERR', 10, true, 'RetryableError'],
  ['SQLITE_IOERR_WRITE', 778, true, 'RetryableError'],
  ['SQLITE_IOERR_FSYNC', 1034, true, 'RetryableError'],
  ['SQLITE_FULL', 13, true, 'RetryableError'],
  ['SQLITE_CORRUPT', 11, false, 'FatalError'],
  ['SQLITE_CORRUPT_INDEX', 779, false, 'FatalError'],
  ['SQLITE_NOTADB', 26, false, 'FatalError'],
  ['SQLITE_MISUSE', 21, false, 'Error'],
])('%s (%i) passes by itself: %s, as a %s', (_, code, passes, name) => {
  for (const error of [sqlite(code), new Error('around it', { cause: sqlite(code) })]) {
    expect(passingFault(error) !== undefined).toBe(passes)
    expect(journalFault('j.db', error).name).toBe(name)
  }
})

test.each([
  [5, 'End that program.'],
  [13, 'Make room, or mend the disk, which has to be a local one.'],
  [3850, 'Make room, or mend the disk, which has to be a local one.'],
])("a journal that cannot be opened for SQLite's %i is told with what helps against that", (code, remedy) => {
  expect(unusable('j.db', sqlite(code))).toMatchObject({ code: 'journal.unavailable', message: expect.stringContaining(remedy) as string })
})

// Goal: a copy is never mixed with the log that a crash left of a newer one.
test('the remedy for damage has all files moved away before a backup is put there', () => {
  const { message } = damaged('j.db', 'said')
  expect(message.indexOf('Move j.db, j.db-wal and j.db-shm away')).toBeGreaterThan(0)
  expect(message.indexOf('Then put a backup there')).toBeGreaterThan(message.indexOf('away'))
})
