import { randomBytes } from 'node:crypto'
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { examineJournal, fillJournal, OTHER } from '../../../test/support/damage.ts'
import { event, KEY, never } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { settled } from '../../../test/support/virtual_clock.ts'
import { PAGE_BYTES } from './schema.ts'

describe('a journal that was cut', () => {
  const place = journalFolder()
  let all = 0
  const [closed, killed, work] = ['closed', 'killed', 'work'].map(name => `${place.path}.${name}`) as [string, string, string]

  beforeAll(async () => {
    const { journal, store } = await fillJournal(place, 60)
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
      expect(await examineJournal(work)).toBe(all)
    }
  })

  test('anywhere, is damaged and says so', async () => {
    const bytes = statSync(closed).size
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 1, max: bytes - 1 }),
          fc.nat(40).map(pages => Math.max(1, bytes - PAGE_BYTES * (pages + 1))),
        ),
        async cut => {
          takeCopy(closed)
          truncateSync(work, cut)
          expect(await examineJournal(work)).toBe(-1)
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
        expect([-1, all]).toContain(await examineJournal(work)) // Whole where the log happens to hold every page that is missing.
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
    const { journal, store } = await fillJournal(place, 25)
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
    return await examineJournal(work)
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

  test('right after it was copied into the file, too', async () => {
    using fresh = journalFolder()
    const { journal, store } = await fillJournal(fresh, 5)
    const noise = randomBytes(6 * 2 ** 20).toString('base64')
    await journal.append(
      OTHER,
      { events: [event(8000, { ...OTHER, text: noise })], position: 1 + ((await journal.streamPosition(OTHER)) as number) },
      never,
    )
    expect(store.logBytes).toBeGreaterThan(4 * 2 ** 20)
    await settled()
    for (const suffix of ['', '-wal']) copyFileSync(fresh.path + suffix, work + suffix)
    for (const cut of [0, 33, 20_000, 200_000, 2 ** 20, 3 * 2 ** 20].filter(bytes => bytes <= statSync(`${work}-wal`).size)) {
      rmSync(`${work}-shm`, { force: true })
      for (const suffix of ['', '-wal']) copyFileSync(fresh.path + suffix, work + suffix)
      truncateSync(`${work}-wal`, cut)
      expect(await examineJournal(work)).toBe(await journal.head())
    }
    await journal[Symbol.asyncDispose]()
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
