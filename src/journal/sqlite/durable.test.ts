import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { collect, contextWith, drain, event, events, idsOf, KEY, never, outcome } from '../../../test/support/journals.ts'
import { journalFolder } from '../../../test/support/sqlite_journal.ts'
import { settled } from '../../../test/support/virtual_clock.ts'
import type { JsonObject } from '../../core/json.ts'
import { openSqliteJournal, openSqliteJournalReadOnly } from './index.ts'
import { lockJournal } from './lock.ts'

const window = { fromS: 1, toS: 2, sealedAtMs: Date.UTC(2026, 0, 1), events: 3, repeats: 0, late: 0, digest: 'd' }

test('what was acknowledged is there after a restart', async () => {
  using place = journalFolder()
  {
    await using journal = await place.open()
    await journal.append(
      KEY,
      { events: events(0, 3), position: { at: 3 }, sealed: [window], unreadable: [{ text: '?', reason: 'r' }] },
      never,
    )
    await journal.append(KEY, { events: events(3, 5), position: { at: 5 } }, never)
    await journal.saveSinkPosition('s', 4)
  }
  await using journal = await place.open({ sinks: ['s'] })
  expect(await journal.streamPosition(KEY)).toEqual({ at: 5 })
  expect(idsOf(await drain(journal))).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
  expect(await journal.sinkPosition('s')).toBe(4)
  expect(await journal.backlog('s')).toMatchObject({ events: 1, bytes: event(4).text.length })
  expect(await collect(journal.ledger(KEY, { fromS: 0, toS: 9 }))).toEqual([{ ...window, ...KEY }])
  expect(await journal.deadLetters({ limit: 9 })).toHaveLength(1)
  expect([...journal.history(KEY).ids(0, 1e9)]).toHaveLength(5)
  await journal.append(KEY, { events: events(5, 6), position: { at: 6 } }, never)
  expect(idsOf(await drain(journal, 4))).toEqual(['e4', 'e5'])
})

test('a position saved at the last moment is durable, or its promise says that it is not', async () => {
  using place = journalFolder()
  const journal = await place.open()
  await journal.append(KEY, { events: events(0, 3), position: 1 }, never)
  const saved = journal.saveSinkPosition('s', 2)
  await journal[Symbol.asyncDispose]()
  await saved
  await using again = await place.open()
  expect(await again.sinkPosition('s')).toBe(2)
})

test('where everything was removed, the next event still has the next number', async () => {
  using place = journalFolder()
  const { clock, ...context } = contextWith()
  {
    await using journal = await place.open({ retentionAgeMs: 1 }, { clock, ...context })
    await journal.append(KEY, { events: events(0, 3), position: 3 }, never)
    await journal.saveSinkPosition('s', 3)
    for (let day = 0; day < 4; day++) {
      await clock.advance(24 * 3_600_000)
      await journal.append(KEY, { events: [], position: 3 }, never)
    }
    expect(idsOf(await drain(journal))).toEqual([])
  }
  await using journal = await place.open({ sinks: ['s'] }, { clock, ...context })
  expect(await journal.head()).toBe(3)
  await journal.append(KEY, { events: events(3, 4), position: 4 }, never)
  expect(idsOf(await drain(journal, 3))).toEqual(['e3'])
})

test('a change that fails leaves no transaction behind', async () => {
  using place = journalFolder()
  await using journal = await place.open()
  const position: Record<string, unknown> = {}
  position.self = position
  await expect(journal.append(KEY, { events: events(0, 1), position: position as JsonObject }, never)).rejects.toThrow('circular')
  await journal.append(KEY, { events: events(1, 2), position: 2 }, never)
  expect(idsOf(await drain(journal))).toEqual(['e1'])
})

// Goal: invariant 1. Who saves what somebody else is saving waits for the same transaction.
test('a position that is saved twice is durable for the second as well', async () => {
  using place = journalFolder()
  await using journal = await place.open()
  await journal.append(KEY, { events: events(0, 3), position: 1 }, never)
  const order: string[] = []
  const first = journal.saveSinkPosition('s', 2).then(() => order.push('first'))
  const second = journal.saveSinkPosition('s', 2).then(() => order.push('second'))
  await Promise.all([first, second])
  expect(order).toEqual(['first', 'second'])
})

test('saves of one moment share one transaction', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare()
  await using _ = journal
  await journal.append(KEY, { events: events(0, 9), position: 1 }, never)
  const before = store.logBytes
  await Promise.all(Array.from({ length: 20 }, (_, n) => journal.saveSinkPosition(`sink ${n % 4}`, Math.floor(n / 4))))
  const one = store.logBytes - before
  await journal.saveSinkPosition('sink 1', 7)
  expect(one).toBe(store.logBytes - before - one)
})

describe('one writer', () => {
  test('a second one is told which file and what to do', async () => {
    using place = journalFolder()
    {
      await using _ = await place.open()
      await expect(place.open()).rejects.toMatchObject({
        code: 'journal.locked',
        exitCode: 69,
        message: expect.stringContaining(place.path),
      })
    }
    await using _ = await place.open()
  })

  test('is let in again when opening has failed', async () => {
    using place = journalFolder()
    await expect(
      openSqliteJournal(
        { ...place, path: `${place.folder}`, sinks: [], backlogBytesMax: 1, retentionAgeMs: 1, retentionBytesMax: 1 },
        contextWith(),
      ),
    ).rejects.toMatchObject({ code: 'journal.unusable' })
    lockJournal(place.folder)[Symbol.dispose]()
  })

  test('readers see what it appends, and do not hinder it', async () => {
    using place = journalFolder()
    await expect(openSqliteJournalReadOnly(place.path, contextWith())).rejects.toMatchObject({ code: 'journal.missing', exitCode: 66 })
    const { clock, ...context } = contextWith()
    await using writer = await place.open({}, { clock, ...context })
    await writer.append(KEY, { events: events(0, 2), position: 1 }, never)
    await using reader = await openSqliteJournalReadOnly(place.path, { clock })
    const batches = reader.read(undefined, { batchEventsMax: 10, endAtHead: never }, never)[Symbol.asyncIterator]()
    expect((await batches.next()).value.events.map(({ id }: { id: string }) => id)).toEqual(['e0', 'e1'])
    const next = batches.next()
    expect(await outcome(next)).toBe('waiting')
    await writer.append({ source: 'new', stream: 's' }, { events: events(2, 3, { source: 'new' }), position: 1 }, never)
    await writer.saveSinkPosition('s', 1)
    await clock.advance(1000)
    expect((await next).value).toMatchObject({ events: [{ id: 'e2', source: 'new' }], position: 3 })
    expect(await reader.backlog('s')).toMatchObject({ events: 2 })
    expect((await collect(reader.find('e1'))).map(found => found.event.text)).toEqual(['{"id":"e1"}'])
    await batches.return?.()
  })

  test('a journal nobody writes can be read, also right after a kill', async () => {
    using place = journalFolder()
    const journal = await place.open()
    await journal.append(KEY, { events: events(0, 2), position: 1 }, never)
    const killed = place.killedCopy('killed.db')
    await journal[Symbol.asyncDispose]()
    for (const path of [place.path, killed]) {
      await using reader = await openSqliteJournalReadOnly(path, contextWith())
      expect(idsOf(await drain(reader))).toEqual(['e0', 'e1'])
    }
  })
})

describe('a full disk', () => {
  test('makes everybody wait, says so, and loses nothing', async () => {
    using place = journalFolder()
    const context = contextWith()
    const { journal, store } = place.openBare({}, context)
    await using _ = journal
    await journal.append(KEY, { events: events(0, 1), position: 1 }, never)
    store.database.exec('PRAGMA max_page_count = 1') // SQLite makes it the present size: not one page more.
    const bulky = event(1, { text: Array.from({ length: 50_000 }, () => Math.random().toString(36)).join('') })
    const stopped = new AbortController()
    const appending = journal.append(KEY, { events: [bulky], position: 2 }, never)
    const given = journal.append(KEY, { events: [bulky, bulky], position: 9 }, stopped.signal)
    const refused = journal.addDeadLetters([
      { component: 's', eventId: 'e', ...KEY, reason: 'r', atMs: 1, timeMs: 1, receivedMs: 1, text: bulky.text },
    ])
    expect([await outcome(appending), await outcome(given), await outcome(refused)]).toEqual(['waiting', 'waiting', 'waiting'])
    expect(journal.paused).toMatch(/no room on the disk for the journal .*journal\.db/)
    stopped.abort(new Error('stop'))
    await expect(given).rejects.toThrow('stop')
    await context.clock.advance(30_000)
    expect(await outcome(appending)).toBe('waiting')
    expect(await journal.streamPosition(KEY)).toBe(1)
    store.database.exec('PRAGMA max_page_count = 1000000')
    await context.clock.advance(1000)
    await Promise.all([appending, refused])
    expect(journal.paused).toBeUndefined()
    expect(await journal.streamPosition(KEY)).toBe(2)
    expect(idsOf(await drain(journal))).toEqual(['e0', 'e1'])
    expect(await journal.deadLetters({ limit: 9 })).toHaveLength(1)
    expect(context.said.filter(line => /no room/.test(line))).toHaveLength(1)
  })

  test('closing ends the wait: what was not durable was not acknowledged', async () => {
    using place = journalFolder()
    const { journal, store } = place.openBare()
    await journal.append(KEY, { events: events(0, 1), position: 1 }, never)
    store.database.exec('PRAGMA max_page_count = 1')
    const appending = journal.append(KEY, { events: [event(1, { text: 'x'.repeat(3000) }), ...events(2, 9000)], position: 2 }, never)
    expect(await outcome(appending)).toBe('waiting')
    await journal[Symbol.asyncDispose]()
    await expect(appending).rejects.toMatchObject({ code: 'journal.closed' })
    await using again = await place.open()
    expect(await again.streamPosition(KEY)).toBe(1)
  })
})

test('the log stays short, and space that was freed is used again', async () => {
  using place = journalFolder()
  const { journal, store } = place.openBare({ retentionBytesMax: 4 * 2 ** 20 })
  await using _ = journal
  const sizes: number[] = []
  for (let n = 0; n < 60; n++) {
    const text = Array.from({ length: 20_000 }, () => Math.random().toString(36).slice(2)).join('')
    await journal.append(KEY, { events: [event(n, { text, receivedMs: Date.now() })], position: n }, never)
    await settled()
    sizes.push(store.logBytes)
    if (n === 40) sizes.push(-statSync(place.path).size)
  }
  expect(Math.max(...sizes)).toBeLessThan(6 * 2 ** 20)
  const atForty = -Math.min(...sizes)
  expect(statSync(place.path).size).toBeLessThan(1.3 * atForty)
})

test('a reader in a transaction without an end hinders nobody', async () => {
  using place = journalFolder()
  const { journal } = place.openBare()
  await journal.append(KEY, { events: events(0, 1), position: 1 }, never)
  const { DatabaseSync } = await import('node:sqlite')
  using stuck = new DatabaseSync(place.path, { readOnly: true })
  stuck.exec('BEGIN; SELECT count(*) FROM batches')
  for (let n = 1; n < 30; n++) {
    await journal.append(
      KEY,
      { events: [event(n, { text: Array.from({ length: 20_000 }, () => Math.random().toString(36)).join('') })], position: n },
      never,
    )
    await settled()
  }
  stuck.exec('COMMIT')
  expect(idsOf(await drain(journal))).toHaveLength(30)
  await journal[Symbol.asyncDispose]()
})
