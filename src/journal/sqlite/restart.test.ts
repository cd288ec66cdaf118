import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { collect, contextWith, DAY_MS, events, KEY, LIMITS, never, outcome, START_MS } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { openSqliteJournal } from './index.ts'
import { openForWriting } from './open.ts'
import { pragma } from './schema.ts'

const window = (fromS: number) => ({ fromS, toS: fromS + 1, sealedAtMs: START_MS, events: 0, repeats: 0, late: 0, digest: 'd' })

// Goal: what was acknowledged survives a power cut, which no test can make: NORMAL would leave the log unsynchronized.
test('every commit is synchronized, whether the file is new or not', () => {
  using place = journalFolder()
  for (const time of ['new', 'again']) {
    using store = openForWriting(place.path)
    const settings = ['journal_mode', 'synchronous', 'wal_autocheckpoint'].map(name => pragma(store.database, name))
    expect([time, ...settings]).toEqual([time, 'wal', 2, 0])
  }
})

test('the journal, and the folder that is made for it, are for their owner alone', async () => {
  using place = journalFolder()
  const path = join(place.folder, 'made', 'journal.db')
  await using _ = await openSqliteJournal({ ...LIMITS, path }, contextWith())
  expect([path, dirname(path)].map(name => statSync(name).mode & 0o777)).toEqual([0o600, 0o700])
})

test('after a restart the budget counts from where the sinks are', async () => {
  using place = journalFolder()
  {
    await using journal = await place.open({ sinks: ['s'] })
    await journal.append(KEY, { events: events(0, 10), position: 1 }, never)
    await journal.saveSinkPosition('s', 10)
  }
  await using journal = await place.open({ sinks: ['s'], backlogBytesMax: 20 })
  expect(await outcome(journal.append(KEY, { events: events(10, 11), position: 2 }, never))).toBe('done')
})

test('a sink that was removed before it delivered anything is told what the retention took meanwhile', async () => {
  using place = journalFolder()
  const context = contextWith()
  const limits = { retentionAgeMs: DAY_MS }
  {
    await using journal = await place.open({ ...limits, sinks: ['s'] }, context)
    await journal.append(KEY, { events: events(0, 10), position: 1 }, never)
  }
  {
    await using journal = await place.open(limits, context)
    await context.clock.advance(2 * DAY_MS)
    await journal.append(KEY, { events: events(10, 12, { receivedMs: context.clock.now() }), position: 2 }, never)
  }
  for (const time of ['back', 'again']) {
    await using journal = await place.open({ ...limits, sinks: ['s', 'new'] }, context)
    const waiting = await Promise.all(['s', 'new'].map(sink => journal.backlog(sink)))
    expect([time, ...waiting.map(({ events: left, removed }) => [left, removed])]).toEqual([time, [2, 10], [2, 0]])
  }
})

test('the ledger is kept for 400 days', async () => {
  using place = journalFolder()
  const context = contextWith()
  await using journal = await place.open({}, context)
  const sealed = async (fromS: number) => {
    await journal.append(KEY, { events: [], position: fromS, sealed: [{ ...window(fromS), sealedAtMs: context.clock.now() }] }, never)
    return (await collect(journal.ledger(KEY, { fromS: 0, toS: 1000 }))).map(row => row.fromS)
  }
  await sealed(1)
  await context.clock.advance(399 * DAY_MS)
  expect(await sealed(2)).toEqual([1, 2])
  await context.clock.advance(2 * DAY_MS)
  expect(await sealed(3)).toEqual([2, 3])
})

test('a long ledger is read whole, in order, windows that begin alike too', async () => {
  using place = journalFolder()
  await using journal = await place.open()
  const begins = Array.from({ length: 900 }, (_, n) => Math.floor((899 - n) / 3)) // Sealed newest first, three of each.
  await journal.append(KEY, { events: [], position: 1, sealed: begins.map(window) }, never)
  const rows = await collect(journal.ledger(KEY, { fromS: 0, toS: 1000 }))
  expect(rows.map(({ fromS }) => fromS)).toEqual(begins.toReversed())
})
