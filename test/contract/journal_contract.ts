import { describe, expect, test } from 'vitest'
import type { Batch } from '../../src/core/batch.ts'
import type { Journal } from '../../src/journal/journal.ts'
import {
  aborted,
  collect,
  contextWith,
  drain,
  event,
  events,
  idsOf,
  KEY,
  LIMITS,
  never,
  type OpenJournal,
  outcome,
  START_MS,
} from '../support/journals.ts'
import { settled } from '../support/virtual_clock.ts'
import { testEvidence } from './journal_evidence.ts'
import { testBudget, testRetention } from './journal_limits.ts'

/** The promises every journal makes; those about surviving the process are not among them. */
export function testJournalContract(name: string, open: OpenJournal): void {
  describe(`${name} keeps the journal contract`, () => {
    testReading(open)
    testPositions(open)
    testBudget(open)
    testEvidence(open)
    testRetention(open)
  })
}

function testReading(open: OpenJournal): void {
  test('gives back what was appended, in order, with the position of the last one', async () => {
    await using journal = await open(LIMITS, contextWith())
    const given = events(0, 3)
    await journal.append(KEY, { events: given, position: { after: 'x' } }, never)
    await journal.append(KEY, { events: events(3, 5), position: null }, never)
    const batches = await drain(journal)
    expect(idsOf(batches)).toEqual(['e0', 'e1', 'e2', 'e3', 'e4'])
    expect(batches.flatMap(batch => batch.events.map(({ text, timeMs, receivedMs }) => [text, timeMs, receivedMs]))[2]).toEqual([
      '{"id":"e2"}',
      2000,
      START_MS + 2,
    ])
    expect(batches.at(-1)?.position).toEqual(await journal.head())
    expect(await drain(journal, (await journal.head()) as number)).toEqual([])
  })

  test.each([1, 2, 3, 7, 100])('splits appends and puts them together to batches of %i', async batchEventsMax => {
    await using journal = await open(LIMITS, contextWith())
    for (const [from, to] of [
      [0, 5],
      [5, 6],
      [6, 16],
    ] as const)
      await journal.append(KEY, { events: events(from, to), position: to }, never)
    const batches = await drain(journal, undefined, { batchEventsMax })
    expect(idsOf(batches)).toEqual(events(0, 16).map(({ id }) => id))
    expect(batches.every(batch => batch.events.length <= batchEventsMax)).toBe(true)
    for (const [index, batch] of batches.entries()) {
      const later = batches.slice(index + 1)
      expect(idsOf(await drain(journal, batch.position as number, { batchEventsMax }))).toEqual(idsOf(later))
    }
  })

  test('tells the place after every event, and whether more was there', async () => {
    await using journal = await open(LIMITS, contextWith())
    const other = { source: 'other', stream: 's' }
    await journal.append(KEY, { events: events(0, 3), position: 1 }, never)
    await journal.append(other, { events: events(3, 5, other), position: 1 }, never)
    await journal.append(KEY, { events: events(5, 8), position: 2 }, never)
    const options = { batchEventsMax: 4, sources: ['acme'] }
    const batches = await drain(journal, undefined, options)
    expect(batches.map(({ isAtHead }) => isAtHead)).toEqual([false, true])
    const all = idsOf(batches)
    let before = 0
    for (const batch of batches) {
      for (let count = 0; count <= batch.events.length; count++) {
        expect(idsOf(await drain(journal, batch.positionAfter?.(count) as number, options))).toEqual(all.slice(before + count))
      }
      before += batch.events.length
    }
  })

  test('leaves other sources out and still moves past them', async () => {
    await using journal = await open(LIMITS, contextWith())
    await journal.append(KEY, { events: events(0, 2), position: 1 }, never)
    await journal.append({ source: 'other', stream: 's' }, { events: events(2, 9, { source: 'other' }), position: 1 }, never)
    const batches = await drain(journal, undefined, { sources: ['acme'] })
    expect(idsOf(batches)).toEqual(['e0', 'e1'])
    expect(batches.at(-1)?.position).toEqual(await journal.head())
    expect(idsOf(await drain(journal, undefined, { sources: ['nobody'] }))).toEqual([])
    expect((await drain(journal, undefined, { sources: ['nobody'] })).at(-1)?.position).toEqual(await journal.head())
  })

  test('hands a reader at the head the very events that were appended', async () => {
    await using journal = await open(LIMITS, contextWith())
    const readers = [1, 2, 3].map(() => journal.read(undefined, { batchEventsMax: 10, endAtHead: never }, never)[Symbol.asyncIterator]())
    const waiting = readers.map(reader => reader.next())
    expect(await outcome(waiting[0]!)).toBe('waiting')
    const given = events(0, 4)
    await journal.append(KEY, { events: given, position: 1 }, never)
    for (const next of waiting) {
      const { value } = await next
      for (const [index, read] of (value as Batch).events.entries()) expect(read).toBe(given[index])
      expect((value as Batch).events).toHaveLength(4)
    }
    for (const reader of readers) await reader.return?.()
  })

  test('what was parsed is let go once the reader at the head asks for more', async () => {
    await using journal = await open(LIMITS, contextWith())
    const reader = journal.read(undefined, { batchEventsMax: 4, endAtHead: never }, never)[Symbol.asyncIterator]()
    const waiting = reader.next()
    const given = events(0, 8)
    const parsed = given.map(({ body }) => body)
    const isHeld = async (from: number) => {
      const replay = journal.read(from, { batchEventsMax: 1, endAtHead: never }, never)[Symbol.asyncIterator]()
      const { value } = await replay.next()
      await replay.return?.()
      return (value as Batch).events[0]?.body === parsed[from]
    }
    for (const from of [0, 4]) await journal.append(KEY, { events: given.slice(from, from + 4), position: from }, never)
    await waiting
    expect([await isHeld(0), await isHeld(4)]).toEqual([true, true])
    await reader.next()
    expect([await isHeld(0), await isHeld(4)]).toEqual([false, true])
    await reader.return?.()
  })

  test('a wait at the head ends by returning on endAtHead and by throwing on signal', async () => {
    await using journal = await open(LIMITS, contextWith())
    const soft = new AbortController()
    const hard = new AbortController()
    const ending = drainUntil(journal, soft.signal, never)
    const stopping = drainUntil(journal, never, hard.signal)
    expect(await outcome(ending)).toBe('waiting')
    soft.abort()
    hard.abort(new Error('hard stop'))
    await ending
    await expect(stopping).rejects.toThrow('hard stop')
    await expect(drainUntil(journal, aborted, aborted)).rejects.toThrow('stopped')
  })

  test('closing ends every wait', async () => {
    const journal = await open({ ...LIMITS, sinks: ['slow'], backlogBytesMax: 1 }, contextWith())
    await journal.append(KEY, { events: events(0, 1), position: 1 }, never)
    const reading = drainUntil(journal, never, never)
    const appending = journal.append(KEY, { events: events(1, 2), position: 2 }, never)
    await settled()
    await journal[Symbol.asyncDispose]()
    await expect(reading).rejects.toThrow('closed')
    await expect(appending).rejects.toThrow('closed')
  })
}

async function drainUntil(journal: Journal, endAtHead: AbortSignal, signal: AbortSignal): Promise<void> {
  for await (const _ of journal.read(undefined, { batchEventsMax: 10, endAtHead }, signal));
}

function testPositions(open: OpenJournal): void {
  test('keeps the position of each stream, and leaves it where a batch carries none', async () => {
    await using journal = await open(LIMITS, contextWith())
    const other = { source: 'acme', stream: 'tenant' }
    expect(await journal.streamPosition(KEY)).toBeUndefined()
    await journal.append(KEY, { events: events(0, 1), position: { frontier: 7, list: [null, 'x\0y'] } }, never)
    await journal.append(KEY, { events: events(1, 2), position: undefined }, never)
    await journal.append(other, { events: [], position: 'p' }, never)
    expect(await journal.streamPosition(KEY)).toEqual({ frontier: 7, list: [null, 'x\0y'] })
    expect(await journal.streamPosition(other)).toBe('p')
    await journal.saveStreamPosition(KEY, undefined)
    expect(await journal.streamPosition(KEY)).toBeUndefined()
    expect(await journal.streams()).toEqual([KEY, other])
  })

  test('a sink moves forward only, but for the hand of an operator (invariant 2)', async () => {
    await using journal = await open(LIMITS, contextWith())
    await journal.append(KEY, { events: events(0, 10), position: 1 }, never)
    const [, second] = await drain(journal, undefined, { batchEventsMax: 2 })
    await Promise.all([
      journal.saveSinkPosition('a', 2),
      journal.saveSinkPosition('a', second!.position!),
      journal.saveSinkPosition('b', 10),
    ])
    await expect(journal.saveSinkPosition('a', 3)).rejects.toMatchObject({ code: 'journal.backwards' })
    await journal.saveSinkPosition('a', 4)
    expect(await journal.sinkPosition('a')).toBe(4)
    expect(await journal.sinks()).toEqual(['a', 'b'])
    await journal.resetSinkPosition('a', 1)
    await journal.resetSinkPosition('b', undefined)
    expect(await journal.sinkPosition('a')).toBe(1)
    expect(await journal.sinks()).toEqual(['a'])
  })

  test.each([11, -1, 1.5, 'x', null, { n: 1 }])('refuses %j as a position', async position => {
    await using journal = await open(LIMITS, contextWith())
    await journal.append(KEY, { events: events(0, 10), position: 1 }, never)
    await expect(journal.saveSinkPosition('a', position)).rejects.toMatchObject({ code: 'journal.position' })
    await expect(journal.resetSinkPosition('a', position)).rejects.toMatchObject({ code: 'journal.position' })
    await expect(collect(journal.read(position, { batchEventsMax: 1, endAtHead: aborted }, never))).rejects.toMatchObject({
      code: 'journal.position',
    })
  })

  test('finds the place of a time of receipt, also where the clock went back', async () => {
    await using journal = await open(LIMITS, contextWith())
    expect(await journal.positionAt(0)).toBe(0)
    const received = [[10, 20, 30], [25], [30, 40], [50]].map(times => times.map(ms => START_MS + ms))
    for (const times of received) {
      await journal.append(KEY, { events: times.map((receivedMs, n) => event(n, { receivedMs })), position: 1 }, never)
    }
    const all = received.flat()
    for (let at = START_MS; at <= START_MS + 60; at += 5) {
      const found = all.findIndex(ms => ms >= at)
      expect(await journal.positionAt(at), `at ${at}`).toBe(found < 0 ? all.length : found)
    }
  })
}
