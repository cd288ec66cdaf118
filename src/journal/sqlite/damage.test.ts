import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { contextWith, drain, event, idsOf, KEY, LIMITS, never } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { settled } from '../../../test/support/virtual_clock.ts'
import { openSqliteJournal, openSqliteJournalReadOnly } from './index.ts'

const OTHER = { source: 'acme', stream: 'tenant' }

/** Appends of two streams whose positions count their events, so that any moment can be told from a mixture of two. */
async function fill(place: ReturnType<typeof journalFolder>, appends: number) {
  const { journal, store } = place.openBare({ sinks: ['s'] })
  const counts = { [KEY.stream]: 0, [OTHER.stream]: 0 }
  for (let n = 0; n < appends; n++) {
    const key = n % 3 === 0 ? OTHER : KEY
    const size = 1 + (n % 7)
    const text = (index: number) =>
      JSON.stringify({ n, index, noise: Array.from({ length: 60 * (n % 5) }, () => Math.random().toString(36)) })
    const events = Array.from({ length: size }, (_, index) => event(n * 10 + index, { ...key, text: text(index) }))
    counts[key.stream]! += size
    await journal.append(key, { events, position: counts[key.stream]! }, never)
    if (n % 4 === 0) await journal.saveSinkPosition('s', (await journal.head()) as number)
    await settled()
  }
  return { journal, store }
}

/** Opens what is left: either the fault that names the file, or the journal as it was at one moment. */
async function examine(path: string): Promise<number> {
  try {
    await using journal = await openSqliteJournal({ ...LIMITS, sinks: ['s'], path }, contextWith())
    const batches = await drain(journal)
    for (const { stream } of [KEY, OTHER]) {
      const count = batches.flatMap(({ events }) => events).filter(found => found.stream === stream).length
      expect(count).toBe((await journal.streamPosition({ source: 'acme', stream })) ?? 0)
      expect([...journal.history({ source: 'acme', stream }).ids(0, 1e12)]).toHaveLength(count)
    }
    expect((await journal.sinkPosition('s')) ?? 0).toBeLessThanOrEqual((await journal.head()) as number)
    await journal.append(KEY, { events: [event(7777)], position: 1e6 }, never)
    expect(idsOf(await drain(journal)).at(-1)).toBe('e7777')
    return batches.flatMap(({ events }) => events).length
  } catch (error) {
    expect(error).toMatchObject({ code: 'journal.damaged', exitCode: 70, message: expect.stringContaining(path) })
    return -1
  }
}

describe('a journal that was cut', () => {
  const place = journalFolder()
  let all = 0
  const [closed, killed, work] = ['closed', 'killed', 'work'].map(name => `${place.path}.${name}`) as [string, string, string]

  beforeAll(async () => {
    const { journal, store } = await fill(place, 60)
    store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    for (let n = 0; n < 12; n++)
      await journal.append(KEY, { events: [event(5000 + n, { text: `"${'y'.repeat(3000 * (n % 4))}"` })], position: 1000 }, never)
    await journal.saveStreamPosition(KEY, [...journal.history(KEY).ids(0, 1e12)].length)
    all = (await journal.head()) as number
    for (const suffix of ['', '-wal']) copyFileSync(place.path + suffix, killed + suffix)
    await journal[Symbol.asyncDispose]()
    copyFileSync(place.path, closed)
    return () => place[Symbol.dispose]()
  })

  function takeCopy(from: string): void {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(work + suffix, { force: true })
      if (existsSync(from + suffix)) copyFileSync(from + suffix, work + suffix)
    }
  }

  test('uncut it is whole', async () => {
    for (const from of [closed, killed]) {
      takeCopy(from)
      expect(await examine(work)).toBe(all)
    }
  })

  test('anywhere, is damaged and says so', async () => {
    const bytes = statSync(closed).size
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 1, max: bytes - 1 }),
          fc.nat(40).map(pages => Math.max(1, bytes - 16_384 * (pages + 1))),
        ),
        async cut => {
          takeCopy(closed)
          truncateSync(work, cut)
          expect(await examine(work)).toBe(-1)
          expect(statSync(work).size).toBe(cut)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('with the log still beside it, too', async () => {
    const bytes = statSync(killed).size
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes - 1 }), async cut => {
        takeCopy(killed)
        truncateSync(work, cut)
        expect([-1, all]).toContain(await examine(work)) // Whole where the log happens to hold every page that is missing.
      }),
      { numRuns: 60 },
    )
  })
})

describe('a write-ahead log that was cut', () => {
  const place = journalFolder()
  const [killed, work] = ['killed', 'work'].map(name => `${place.path}.${name}`) as [string, string]
  let all = 0
  let logBytes = 0

  beforeAll(async () => {
    const { journal, store } = await fill(place, 25)
    store.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    await journal[Symbol.asyncDispose]()
    const again = place.openBare({ sinks: ['s'] })
    let count = (await again.journal.streamPosition(KEY)) as number
    for (let n = 0; n < 25; n++) {
      const events = Array.from({ length: 1 + (n % 3) }, (_, index) => event(9000 + 10 * n + index, { text: `"${'z'.repeat(n * 400)}"` }))
      count += events.length
      await again.journal.append(KEY, { events, position: count }, never)
    }
    all = (await again.journal.head()) as number
    for (const suffix of ['', '-wal']) copyFileSync(place.path + suffix, killed + suffix)
    logBytes = statSync(`${killed}-wal`).size
    await again.journal[Symbol.asyncDispose]()
    return () => place[Symbol.dispose]()
  })

  async function examined(spoil: () => void): Promise<number> {
    rmSync(`${work}-shm`, { force: true })
    for (const suffix of ['', '-wal']) copyFileSync(killed + suffix, work + suffix)
    spoil()
    return await examine(work)
  }

  test('anywhere, leaves the journal as it was at an earlier moment', async () => {
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(fc.nat(logBytes), async cut => {
        const count = await examined(() => truncateSync(`${work}-wal`, cut))
        expect(count).toBeGreaterThan(0)
        seen.add(count)
      }),
      { numRuns: 80 },
    )
    expect(seen.size).toBeGreaterThan(10)
    expect(await examined(() => rmSync(`${work}-wal`))).toBeLessThan(all)
  })

  test('or was overwritten anywhere, likewise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(logBytes - 1), fc.uint8Array({ minLength: 1, maxLength: 64 }), async (at, garbage) => {
        const count = await examined(() => {
          const bytes = readFileSync(`${work}-wal`)
          bytes.set(garbage.subarray(0, bytes.length - at), at)
          writeFileSync(`${work}-wal`, bytes)
        })
        expect(count).toBeGreaterThan(0)
      }),
      { numRuns: 60 },
    )
    expect(await examined(() => appendFileSync(`${work}-wal`, 'garbage'))).toBe(all)
  })

  test('while it was being copied into the file, is damage where a page is missing', async () => {
    const copied = readFileSync(killed)
    const pages = copied.readUInt32BE(28)
    copied.writeUInt32BE(pages + 3, 28) // As a copy that was killed after the first page leaves it.
    const count = await examined(() => {
      writeFileSync(work, copied)
      truncateSync(`${work}-wal`, 0)
    })
    expect(count).toBe(-1)
    expect(await examined(() => writeFileSync(work, copied))).toBe(all)
  })
})

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
    ['a position from elsewhere', path => change(path, "INSERT OR REPLACE INTO sinks VALUES ('s', 1000000)")],
    ['a text that was changed', path => change(path, "UPDATE batches SET text = CAST('{}' AS BLOB) WHERE first = 0")],
    ['ids that were changed', path => change(path, "UPDATE batches SET directory = replace(directory, 'e', 'f') WHERE first = 0")],
    ['events of no stream', path => change(path, 'UPDATE batches SET stream = 99 WHERE first = 0')],
  ]

  test.each(SPOILED)('%s: damaged, and nothing was changed', async (_, spoil) => {
    using place = journalFolder()
    const { journal } = await fill(place, 5)
    await journal[Symbol.asyncDispose]()
    spoil(place.path)
    expect(await examine(place.path)).toBe(-1)
  })

  test('an empty file is a new journal', async () => {
    using place = journalFolder()
    writeFileSync(place.path, '')
    expect(await examine(place.path)).toBe(0)
  })

  test('no file is a new journal, for its owner alone, also where there is no folder yet', async () => {
    using place = journalFolder()
    const path = `${place.folder}/new/journal.db`
    expect(await examine(path)).toBe(0)
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

function emptyBesideLog(path: string): void {
  writeFileSync(`${path}-wal`, 'x'.repeat(5000))
  writeFileSync(path, '')
}

function other(path: string, sql: string): void {
  rmSync(path)
  change(path, sql)
}
