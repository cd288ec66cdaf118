import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LogsApi, type Oddities, readLogs, record, stageLogs, untilEnded } from '../../../test/support/logs_source.ts'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'

const NOW_S = new VirtualClock().now() / 1000
const spread = (count: number, everyS: number) => Array.from({ length: count }, (_, n) => NOW_S - 10 - (count - n) * everyS)
const recordsOf = (timesS: readonly number[]) => timesS.map((timeS, n) => record(`e${n}`, timeS))
const PAST = { untilMs: NOW_S * 1000 }

/** Everything of the past, with an end. */
async function readPast(timesS: readonly number[], odd: Oddities, pageEvents: number, stepsMax = 60) {
  const api = new LogsApi(recordsOf(timesS), odd)
  const staged = stageLogs(query => api.answer(query), { start: 'beginning', page_size: pageEvents })
  const read = readLogs(staged, [], PAST)
  const hasEnded = await untilEnded(staged, read, stepsMax)
  await read.end()
  return { hasEnded, ids: read.ids().sort(), expected: api.records.map(({ id }) => id).sort(), staged, batches: read.batches }
}

const TIES = [...spread(20, 30), ...Array.from({ length: 35 }, () => NOW_S - 300)]
const CASES: { name: string; times: readonly number[]; odd: Oddities; pageEvents?: number }[] = [
  { name: 'an honest API', times: spread(95, 10), odd: {} },
  { name: 'nothing at all', times: [], odd: {} },
  { name: 'one record', times: spread(1, 1), odd: {} },
  { name: 'a page to the brim, and no more', times: spread(5, 10), odd: {} },
  { name: 'one record a page', times: spread(30, 10), odd: {}, pageEvents: 1 },
  { name: 'more pages than a part', times: spread(400, 7), odd: {} },
  { name: 'inverted cursors', times: spread(95, 10), odd: { cursors: 'inverted' } },
  { name: 'a second with more than a part', times: [...TIES, ...Array.from({ length: 70 }, () => NOW_S - 200)], odd: {} },
  { name: 'ties and inverted cursors', times: TIES, odd: { cursors: 'inverted' } },
  { name: 'has_more: false on every full page', times: spread(95, 10), odd: { hasMore: 'never' } },
  { name: 'has_more: true on every page', times: TIES, odd: { hasMore: 'always' } },
  { name: 'no last_id', times: spread(95, 10), odd: { lastId: 'missing' } },
  { name: 'a last_id that is the first', times: TIES, odd: { lastId: 'of the first' } },
  { name: 'oldest first, whatever is asked for', times: TIES, odd: { order: 'oldest first' } },
  { name: 'oldest first, one record a page', times: spread(20, 5), odd: { order: 'oldest first' }, pageEvents: 1 },
  { name: 'in the order of arrival', times: [...spread(60, 10), ...spread(3, 70), ...spread(20, 1)], odd: { order: 'by arrival' } },
  { name: 'smaller pages than asked for', times: TIES, odd: { pageEventsMax: 2 } },
]

test.each(CASES)('the past is listed whole and once: $name', async ({ times, odd, pageEvents = 5 }) => {
  const { hasEnded, ids, expected } = await readPast(times, odd, pageEvents)
  expect(hasEnded).toBe(true)
  expect(ids).toEqual(expected)
})

const oneOf = <T extends string>(...values: T[]) => fc.constantFrom(...values)
const oddities = fc.record({
  cursors: oneOf('honest', 'inverted', 'ignored', 'lead nowhere'),
  order: oneOf('as asked', 'oldest first', 'by arrival'),
  hasMore: oneOf('true to fact', 'always', 'never'),
  lastId: oneOf('of the last', 'missing', 'of the first'),
})
const times = fc.array(fc.oneof(fc.integer({ min: 20, max: 2000 }), fc.integer({ min: 490, max: 493 })), { maxLength: 60 })

describe('whatever the API does', () => {
  test('the past is listed whole, or the source goes on trying and says so', () =>
    fc.assert(
      fc.asyncProperty(times, oddities, fc.integer({ min: 1, max: 9 }), async (agesS, odd, pageEvents) => {
        const { hasEnded, ids, expected, staged } = await readPast(
          agesS.map(ageS => NOW_S - ageS),
          odd,
          pageEvents,
          12,
        )
        if (hasEnded) expect(ids).toEqual(expected)
        else expect(staged.states.at(-1)).toMatchObject({ name: 'retrying', error: { code: 'openai_organization_logs.undrainable' } })
      }),
      { numRuns: 300 },
    ))

  test('cursors that work, in either direction, lead to the end', () =>
    fc.assert(
      fc.asyncProperty(times, oddities, fc.integer({ min: 2, max: 9 }), async (agesS, odd, pageEvents) => {
        fc.pre(odd.cursors === 'honest' || odd.cursors === 'inverted')
        // One record that promises another is never believed to be the last.
        fc.pre(!(odd.hasMore === 'always' && agesS.length === 1))
        const { hasEnded, ids, expected } = await readPast(
          agesS.map(ageS => NOW_S - ageS),
          odd,
          pageEvents,
          12,
        )
        expect(hasEnded).toBe(true)
        expect(ids).toEqual(expected)
      }),
      { numRuns: 300 },
    ))
})

// Goal: what can't be listed is an error that is told, and never skipped.
test('cursors without effect are an error, and the position stays', async () => {
  const { hasEnded, staged, batches } = await readPast(spread(95, 10), { cursors: 'ignored' }, 5, 30)
  expect(hasEnded).toBe(false)
  expect(staged.states.at(-1)).toMatchObject({ name: 'retrying', error: { code: 'openai_organization_logs.undrainable' } })
  expect(batches).toEqual([])
})
