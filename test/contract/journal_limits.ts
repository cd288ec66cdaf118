import { expect, test } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import {
  collect,
  contextWith,
  DAY_MS,
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
import { VirtualClock } from '../support/virtual_clock.ts'

export function testBudget(open: OpenJournal): void {
  const texts = (from: number, to: number) =>
    events(from, to).map(({ id, ...rest }) => event(0, { ...rest, id, text: JSON.stringify({ id, é: 'x'.repeat(84 - id.length) }) }))

  test('a backlog counts events and bytes of UTF-8, from within an append too', async () => {
    await using journal = await open(LIMITS, contextWith())
    await journal.append(KEY, { events: texts(0, 4), position: 1 }, never)
    const one = Buffer.byteLength(texts(0, 1)[0]!.text)
    expect(await journal.backlog('s')).toEqual({ events: 4, bytes: 4 * one, oldestReceivedMs: START_MS, removed: 0 })
    await journal.saveSinkPosition('s', 3)
    expect(await journal.backlog('s')).toMatchObject({ events: 1, bytes: one })
    await journal.saveSinkPosition('s', 4)
    expect(await journal.backlog('s')).toEqual({ events: 0, bytes: 0, oldestReceivedMs: undefined, removed: 0 })
  })

  test('an append waits at the budget until the slowest sink moves, and says why', async () => {
    const context = contextWith()
    const one = Buffer.byteLength(texts(0, 1)[0]!.text)
    await using journal = await open({ ...LIMITS, sinks: ['fast', 'slow'], backlogBytesMax: 4 * one }, context)
    await journal.append(KEY, { events: texts(0, 4), position: 1 }, never)
    await journal.saveSinkPosition('fast', 4)
    expect(journal.paused).toBeUndefined()
    const waiting = journal.append(KEY, { events: texts(4, 5), position: 2 }, never)
    const stopped = new AbortController()
    const given = journal.append(KEY, { events: texts(9, 10), position: 9 }, stopped.signal)
    expect(await outcome(waiting)).toBe('waiting')
    expect(journal.paused).toMatch(/backlog of sink "slow" is at \d+ bytes/)
    expect(context.gauges.get('tailrace_journal_backlog_bytes')).toBe(4 * one)
    stopped.abort(new Error('stop'))
    await expect(given).rejects.toThrow('stop')
    await journal.saveSinkPosition('slow', 1)
    await waiting
    expect(journal.paused).toBeUndefined()
    expect(await journal.streamPosition(KEY)).toBe(2)
    expect(idsOf(await drain(journal)).at(-1)).toBe('e4')
    expect(context.gauges.get('tailrace_journal_backlog_bytes')).toBe(4 * one)
  })

  test('nothing waits for a sink that is not configured', async () => {
    await using journal = await open({ ...LIMITS, backlogBytesMax: 1 }, contextWith())
    await journal.append(KEY, { events: events(0, 4), position: 1 }, never)
    await journal.saveSinkPosition('gone', 0)
    await journal.append(KEY, { events: events(4, 8), position: 2 }, never)
    expect(await journal.head()).toBe(8)
  })
}

export function testRetention(open: OpenJournal): void {
  async function appendAt(journal: Journal, clock: VirtualClock, from: number, to: number) {
    await journal.append(KEY, { events: events(from, to, { receivedMs: clock.now() }), position: to }, never)
  }

  test('removes what is too old, but nothing a configured sink has not passed', async () => {
    const clock = new VirtualClock()
    await using journal = await open({ ...LIMITS, sinks: ['s'], retentionAgeMs: DAY_MS }, contextWith(clock))
    await appendAt(journal, clock, 0, 2)
    await appendAt(journal, clock, 2, 4)
    await clock.advance(2 * DAY_MS)
    await appendAt(journal, clock, 4, 6)
    expect(idsOf(await drain(journal))).toHaveLength(6)
    await journal.saveSinkPosition('s', 3)
    await appendAt(journal, clock, 6, 7)
    expect(idsOf(await drain(journal))).toEqual(['e2', 'e3', 'e4', 'e5', 'e6'])
    expect(await journal.stats()).toMatchObject({ events: 5, removed: 2, oldestReceivedMs: clock.now() - 2 * DAY_MS })
    await journal.saveSinkPosition('s', 7)
    await appendAt(journal, clock, 7, 8)
    expect(idsOf(await drain(journal, 0))).toEqual(['e4', 'e5', 'e6', 'e7'])
    expect(await journal.backlog('s')).toMatchObject({ events: 1 })
  })

  test('a reader passes what was removed', async () => {
    const clock = new VirtualClock()
    await using journal = await open({ ...LIMITS, retentionAgeMs: DAY_MS }, contextWith(clock))
    await appendAt(journal, clock, 0, 4)
    await clock.advance(2 * DAY_MS)
    await journal.append(KEY, { events: [], position: 4 }, never)
    expect(await drain(journal, 1)).toMatchObject([{ events: [], position: 4 }])
    expect(await journal.stats()).toMatchObject({ events: 0, removed: 4, oldestReceivedMs: undefined })
    await appendAt(journal, clock, 4, 5)
    expect(idsOf(await drain(journal, 1))).toEqual(['e4'])
  })

  test('a sink that retention did not wait for is told what it will miss', async () => {
    const clock = new VirtualClock()
    await using journal = await open({ ...LIMITS, sinks: ['s'], retentionAgeMs: DAY_MS }, contextWith(clock))
    await appendAt(journal, clock, 0, 4)
    await appendAt(journal, clock, 4, 6)
    for (const [sink, position] of [
      ['s', 6],
      ['away', 1],
    ] as const)
      await journal.saveSinkPosition(sink, position)
    expect(await journal.backlog('away')).toMatchObject({ events: 5, removed: 0 })
    await clock.advance(2 * DAY_MS)
    await appendAt(journal, clock, 6, 8)
    const { events: waiting, removed } = await journal.backlog('away')
    expect([waiting, removed]).toEqual([idsOf(await drain(journal, 1)).length, 7 - waiting])
    expect(removed).toBeGreaterThan(0)
    expect(await journal.backlog('s')).toMatchObject({ events: 2, removed: 0 })
    expect(await journal.backlog('new')).toMatchObject({ removed: 0 })
  })

  test('removes what is too much and keeps its ids for as long as a source may list them again', async () => {
    const clock = new VirtualClock()
    await using journal = await open({ ...LIMITS, retentionBytesMax: 40 }, contextWith(clock))
    for (let n = 0; n < 20; n++) await appendAt(journal, clock, n, n + 1)
    expect(idsOf(await drain(journal)).length).toBeLessThanOrEqual(5)
    expect(idsOf(await drain(journal)).at(-1)).toBe('e19')
    expect(await collect(journal.find('e0'))).toEqual([])
    expect([...journal.history(KEY).ids(0, 1e9)]).toHaveLength(20)
    await clock.advance(1.5 * DAY_MS)
    await appendAt(journal, clock, 20, 21)
    expect([...journal.history(KEY).ids(0, 1e9)]).toContain('e0')
    await clock.advance(DAY_MS / 2 + 1)
    for (let n = 21; n < 24; n++) await appendAt(journal, clock, n, n + 1)
    expect([...journal.history(KEY).ids(0, 1e9)]).not.toContain('e0')
    expect([...journal.history(KEY).ids(0, 1e9)]).toContain('e23')
    expect(await journal.head()).toBe(24)
  })
}
