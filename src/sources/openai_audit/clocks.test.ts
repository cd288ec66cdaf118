import { expect, test } from 'vitest'
import { reading, stage } from '../../../test/support/audit_source.ts'
import type { Batch } from '../../core/batch.ts'

const START_S = Date.UTC(2026, 0, 1) / 1000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

interface Event {
  readonly id: string
  readonly effective_at: number
}

/** An API that lists each event from its own second on, in one page; the `Date` of its nth answer is `aheadMs` ahead of the true time. */
function over(events: readonly Event[], aheadMs: (answer: number) => number = () => 0, settings: object = {}) {
  const staged = stage(
    query => {
      const nowMs = staged.clock.elapsed()
      const [gte, lt] = ['gte', 'lt'].map(name => Number(query.get(`effective_at[${name}]`) ?? 0))
      const asked = events.filter(({ effective_at: at }) => at * 1000 <= nowMs && at >= gte! && at < lt!)
      const headers = { date: new Date(nowMs + aheadMs(staged.queries.length)).toUTCString() }
      return { status: 200, text: JSON.stringify({ data: asked.toReversed(), has_more: false }), headers }
    },
    { page_size: 1000, ...settings },
  )
  return staged
}

const idsOf = (batches: readonly Batch[]) => batches.flatMap(({ events }) => events.map(({ id }) => id))

test.each([-HOUR_MS, HOUR_MS])(
  'nothing comes twice, and nothing is left out, when the time of day is set by %i ms and back',
  async byMs => {
    const events = Array.from({ length: 900 }, (_, n) => ({ id: `e${n}`, effective_at: START_S + 10 * n }))
    const staged = over(events)
    const { batches, end } = reading(staged.source)
    await staged.clock.advance(2 * HOUR_MS)
    staged.clock.setBy(byMs)
    await staged.clock.advance(10 * MINUTE_MS)
    staged.clock.setBy(-byMs)
    await staged.clock.advance(30 * MINUTE_MS)
    await end()
    expect(idsOf(batches)).toEqual(events.map(({ id }) => id))
  },
)

// Goal: no second counts as listed that the API had not come to, however long its answer waits to be taken.
test('a Date that was hours ahead leaves nothing out where the journal keeps the source waiting after it', async () => {
  const events = [{ id: 'meanwhile', effective_at: START_S + 600 }]
  const staged = over(events, answer => (answer === 1 ? 2 * HOUR_MS : 0))
  const from = { start: START_S - 3600, frontier: START_S, segments: [[START_S - 3600, START_S - 1800, START_S - 3600]] }
  const { batches, end } = reading(staged.source, 0, from, ({ sealed = [] }) =>
    sealed.some(({ toS }) => toS === START_S - 1800) ? staged.clock.sleep(40 * MINUTE_MS, new AbortController().signal) : undefined,
  )
  await staged.clock.advance(60 * MINUTE_MS)
  await end()
  expect(idsOf(batches)).toEqual(['meanwhile'])
})

// Goal: what a list began with is not taken for what it ended with.
test('what happened while a later page was waited for is not counted as listed, where the clock here is ahead', async () => {
  const page = (id: string, more: object) => ({ status: 200, text: JSON.stringify({ data: [{ id, effective_at: START_S - 9 }], ...more }) })
  const answers = [page('new', { has_more: true, last_id: 'new' }), { status: 429, text: '{}' }, page('old', { has_more: false })]
  const staged = stage(() => {
    const headers = { date: new Date(staged.clock.elapsed() - 10 * MINUTE_MS).toUTCString(), 'retry-after': '300' }
    return { ...answers.shift()!, headers }
  }, {})
  const from = { start: START_S - 3600, frontier: START_S - 660, segments: [] }
  const read = staged.source.streams[0]!.read(from, { ids: () => [] }, new AbortController().signal, { untilMs: START_S * 1000 })
  const batches = Array.fromAsync(read)
  await staged.clock.advance(10 * MINUTE_MS)
  expect((await batches).at(-1)!.position).toMatchObject({ frontier: START_S - 600 })
})

test.each([12, 48])('a start that is a day back begins no later where the clock here is %i hours ahead of the API', async hours => {
  const events = [{ id: 'a day ago', effective_at: START_S - 86_400 - 3600 * hours }]
  const staged = over(events, () => -hours * HOUR_MS, { start: '1d' })
  const { batches, end } = reading(staged.source)
  await staged.clock.advance(MINUTE_MS)
  await end()
  expect(idsOf(batches)).toEqual(['a day ago'])
})

// Goal: what is journaled of the frontier's own second stays known, where the clock here was hours behind until the API told its time.
test.each([-12, -1, 0, 1])('a restart with a clock that is off by %i hours repeats nothing', async hours => {
  const events = [-1, 0, 5].map(second => ({ id: `at ${second}`, effective_at: START_S + second }))
  const staged = over(events)
  staged.clock.setBy(hours * HOUR_MS)
  const from = { start: START_S - 3600, frontier: START_S, segments: [] }
  const ids = (fromMs: number, toMs: number) =>
    events.flatMap(({ id, effective_at: at }) => (at <= START_S && at * 1000 >= fromMs && at * 1000 < toMs ? [id] : []))
  const batches: Batch[] = []
  const stop = new AbortController()
  const done = (async () => {
    for await (const batch of staged.source.streams[0]!.read(from, { ids }, stop.signal)) batches.push(batch)
  })().catch(() => {})
  await staged.clock.advance(10 * MINUTE_MS)
  stop.abort()
  await done
  expect(idsOf(batches)).toEqual(['at 5'])
})

// Goal: `Date` tells whole seconds; a clock here that seems to fit it may be in the API's next second all the same.
test.each([500, 900, 1500, 1990, -1500])(
  'no second counts as listed before it is over, where the clock here is %i ms ahead',
  async aheadMs => {
    const staged = over([])
    await staged.clock.advance(437)
    staged.clock.setBy(aheadMs)
    const unlistedMs: number[] = []
    const { end } = reading(staged.source, 0, undefined, ({ sealed = [] }) => {
      for (const { toS } of sealed) unlistedMs.push(toS * 1000 - staged.clock.elapsed())
      return undefined
    })
    await staged.clock.advance(10 * MINUTE_MS)
    await end()
    const latestMs = Math.max(...unlistedMs)
    expect(latestMs).toBeLessThanOrEqual(0)
    expect(latestMs).toBeGreaterThan(-3000)
  },
)
