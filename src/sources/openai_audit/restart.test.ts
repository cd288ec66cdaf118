import { expect, test } from 'vitest'
import { stage } from '../../../test/support/audit_source.ts'
import { event } from '../../../test/support/events.ts'
import { START_MS } from '../../../test/support/journals.ts'
import type { Batch, Position } from '../../core/batch.ts'
import type { LogEvent } from '../../core/event.ts'
import type { ReadBounds } from '../../core/source.ts'

const START_S = START_MS / 1000
const OVERLAP_S = 15 * 60

const EVENTS = Array.from({ length: 1200 }, (_, n) => ({
  id: `e${n}`,
  effective_at: START_S - 1200 + 2 * n,
  fromS: START_S - 1200 + 2 * n,
}))
const LATE = { id: 'late', effective_at: START_S + 1 - OVERLAP_S, fromS: START_S + 1 }

interface LifeOptions {
  readonly lateOne?: typeof LATE
  readonly settings?: object
  readonly bounds?: ReadBounds
}

/** Reads from `beginMs` on; pages of ten, so that known ones hide what is late from every poll but the sweeps. */
async function live(
  known: readonly LogEvent[],
  from: Position | undefined,
  beginMs: number,
  lengthMs: number,
  { lateOne = LATE, settings = {}, bounds = {} }: LifeOptions = {},
) {
  const { clock, source } = stage(
    (query, nowMs) => {
      const [gte, lt] = [Number(query.get('effective_at[gte]')), Number(query.get('effective_at[lt]'))]
      const listed = [...EVENTS, lateOne].filter(({ effective_at: atS, fromS }) => fromS * 1000 <= nowMs && atS >= gte && atS < lt)
      listed.sort((a, b) => b.effective_at - a.effective_at)
      const first = listed.findIndex(({ id }) => id === query.get('after')) + 1
      return { status: 200, text: JSON.stringify({ data: listed.slice(first, first + 10), has_more: first + 10 < listed.length }) }
    },
    { start: '1h', page_size: 10, ...settings },
  )
  await clock.advance(beginMs)
  const stop = new AbortController()
  const batches: Batch[] = []
  const ids = (fromMs: number, toMs: number) => known.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs).map(({ id }) => id)
  const done = (async () => {
    for await (const batch of source.streams[0]!.read(from, { ids }, stop.signal, bounds)) batches.push(batch)
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await clock.advance(lengthMs)
  stop.abort()
  await done
  const late = batches.flatMap(({ sealed = [] }) => sealed).reduce((sum, window) => sum + window.late, 0)
  return { events: batches.flatMap(({ events }) => events), position: batches.at(-1)?.position, late }
}

// Goal: when the last sweep was is not saved, so the first one of the next life goes back to before any that could have been.
test('an event that is late by the whole overlap is found though a restart came between two sweeps', async () => {
  const first = await live([], undefined, 0, 290_000)
  const second = await live(first.events, first.position, 295_000, 14_000)
  const found = [first, second].map(({ events }) => events.filter(({ id }) => id === 'late').length)
  expect(found).toEqual([0, 1])
  const ids = [first, second].flatMap(({ events }) => events.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

// Goal: README, "Late events are found", also where the last sweep of the life before is longer ago than a sweep interval of this one.
test.each([
  ['at once', 2_405_000],
  ['after a standstill', 4_000_000],
])('an event that is late by the whole overlap is found though sweep_interval was shortened, %s', async (_, beginMs) => {
  const first = await live([], undefined, 0, 2_400_000, { settings: { sweep_interval: '1h' } })
  expect(first.position).toMatchObject({ swept: START_S })
  const second = await live(first.events, first.position, beginMs, 60_000, { settings: { sweep_interval: '1m' } })
  const found = [first, second].map(({ events }) => events.filter(({ id }) => id === 'late').length)
  expect(found).toEqual([0, 1])
  const ids = [first, second].flatMap(({ events }) => events.map(({ id }) => id))
  expect(new Set(ids).size).toBe(ids.length)
})

// Goal: README, "Late events are found", also where a stop found the past all but listed and nobody listened for longer than the overlap.
test('an event that came late to what the past had just listed is found after a standstill', async () => {
  const nextS = START_S - 100
  const known = EVENTS.filter(({ effective_at }) => effective_at < nextS).map(({ id, effective_at }) => event(id, effective_at * 1000))
  const from = { start: START_S - 1200, frontier: START_S, segments: [[nextS, START_S, START_S - 1200]] }
  const { events, late } = await live(known, from, 3_600_000, 60_000)
  const ids = events.map(({ id }) => id)
  expect(ids.toSorted()).toEqual([LATE.id, ...EVENTS.filter(({ effective_at }) => effective_at >= nextS).map(({ id }) => id)].toSorted())
  expect(late).toBe(1)
})

test('an event that came late between the last sweep and a standstill is found', async () => {
  const lateOne = { id: 'late', effective_at: START_S - OVERLAP_S - 250, fromS: START_S - 250 }
  const known = EVENTS.filter(({ effective_at }) => effective_at < START_S).map(({ id, effective_at }) => event(id, effective_at * 1000))
  const from = { start: START_S - 1200, frontier: START_S, segments: [] }
  const { events, late } = await live(known, from, 3_600_000, 60_000, { lateOne })
  const ids = events.map(({ id }) => id)
  expect(ids.toSorted()).toEqual(
    [lateOne.id, ...EVENTS.filter(({ effective_at }) => effective_at >= START_S).map(({ id }) => id)].toSorted(),
  )
  expect(late).toBe(1)
})

// Goal: "Nothing is lost" where runs with an end follow on each other, as by a timer, and nothing is set: the first begins now.
test('a finite run that begins now leaves a position, from which the next one goes on', async () => {
  const events = [{ id: 'before' }, { id: 'between' }].map((fields, n) => ({ ...fields, effective_at: START_S - 30 + 60 * n }))
  const once = async (from: Position | undefined, beginMs: number) => {
    const { clock, source } = stage(query => {
      const [gte, lt] = [Number(query.get('effective_at[gte]')), Number(query.get('effective_at[lt]'))]
      return { status: 200, text: JSON.stringify({ data: events.filter(({ effective_at: at }) => at >= gte && at < lt), has_more: false }) }
    })
    await clock.advance(beginMs)
    const batches: Batch[] = []
    const bounds = { untilMs: START_MS + beginMs }
    const done = (async () => {
      for await (const batch of source.streams[0]!.read(from, { ids: () => [] }, new AbortController().signal, bounds)) batches.push(batch)
    })()
    await clock.advance(1000)
    await done
    return { ids: batches.flatMap(batch => batch.events.map(({ id }) => id)), position: batches.at(-1)?.position }
  }
  const first = await once(undefined, 0)
  expect(first).toEqual({ ids: [], position: { start: START_S, frontier: START_S, segments: [] } })
  expect((await once(first.position, 120_000)).ids).toEqual(['between'])
})

// Goal: no second counts as listed that the API has not come to, such as where the clock here is ahead of its own.
test.each([
  ['without a position', undefined],
  ['after a standstill', { start: START_S - 1200, frontier: START_S - 1200, segments: [] }],
])('a run that ends at a time to come, %s, leaves to the next what happens until then', async (_, from) => {
  const first = await live([], from, 0, 60_000, { bounds: { untilMs: START_MS + 86_400_000 } })
  expect(first.position).toMatchObject({ frontier: START_S + 1, segments: [] })
  const second = await live(first.events, first.position, 3_600_000, 60_000)
  const ids = [first, second].flatMap(({ events }) => events.map(({ id }) => id))
  expect(ids.toSorted()).toEqual([LATE, ...EVENTS].map(({ id }) => id).toSorted())
})
