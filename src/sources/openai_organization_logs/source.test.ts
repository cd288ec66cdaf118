import { expect, test } from 'vitest'
import { LogsApi, readLogs, record, stageLogs, untilEnded } from '../../../test/support/logs_source.ts'
import { settled, VirtualClock } from '../../../test/support/virtual_clock.ts'
import type { Batch } from '../../core/batch.ts'

const NOW_S = new VirtualClock().now() / 1000
const MINUTE_MS = 60_000
const EMPTY = '{"data":[],"has_more":false}'
const idsOf = (batches: readonly Batch[]) => batches.flatMap(({ events }) => events.map(({ id }) => id))
const sealedOf = (batches: readonly Batch[]) => batches.flatMap(({ sealed = [] }) => sealed).filter(({ fromS, toS }) => toS > fromS)
const past = (count: number) => Array.from({ length: count }, (_, n) => record(`e${n}`, NOW_S - 7200 + n * 10))

test('asks for nothing but limit, order and a cursor', async () => {
  const api = new LogsApi(past(30))
  const staged = stageLogs(query => api.answer(query), { start: '1d', page_size: 10 })
  const read = readLogs(staged)
  await staged.clock.advance(0)
  await read.end()
  const names = new Set(staged.queries.flatMap(query => [...query.keys()]))
  expect([...names].sort()).toEqual(['after', 'limit', 'order'])
})

test('one request a poll when nothing is new, and the ledger leaves no second out', async () => {
  const api = new LogsApi(past(500))
  const staged = stageLogs(query => api.answer(query), { start: '1d', overlap: '1m', sweep_interval: '1m' })
  const read = readLogs(staged)
  await staged.clock.advance(0)
  const atStart = staged.queries.length
  await staged.clock.advance(10 * MINUTE_MS)
  await read.end()
  expect(staged.queries.length - atStart).toBe(40) // Every 15 s.
  const rows = sealedOf(read.batches).toSorted((a, b) => a.fromS - b.fromS)
  expect(rows[0]!.fromS).toBe(NOW_S - 86_400)
  let reachedS = rows[0]!.fromS
  for (const { fromS, toS } of rows) {
    expect(fromS).toBeLessThanOrEqual(reachedS)
    reachedS = Math.max(reachedS, toS)
  }
  expect(reachedS).toBeGreaterThanOrEqual(NOW_S + 9 * 60)
})

test('nothing before the start is handed out, and no page behind it is asked for', async () => {
  const api = new LogsApi(past(600))
  const staged = stageLogs(query => api.answer(query), { start: '1h', page_size: 50 })
  const read = readLogs(staged, [], { untilMs: NOW_S * 1000 })
  expect(await untilEnded(staged, read, 50)).toBe(true)
  expect(new Set(read.ids())).toEqual(new Set(api.records.filter(({ created_at: at }) => at >= NOW_S - 3600).map(({ id }) => id)))
  expect(staged.queries.length).toBeLessThanOrEqual(8)
})

test.each(['oldest first', 'by arrival'] as const)('a list that is %s hides nothing behind its first page', async order => {
  const api = new LogsApi(past(600), { order })
  const staged = stageLogs(query => api.answer(query), { start: '1h', page_size: 50, overlap: '10m', poll_interval: '1m' })
  const read = readLogs(staged)
  await staged.clock.advance(2 * MINUTE_MS)
  api.records.push(record('new', NOW_S + 130))
  await staged.clock.advance(2 * MINUTE_MS)
  await read.end()
  expect(read.ids().toSorted()).toEqual(
    api.records
      .filter(({ created_at: at }) => at >= NOW_S - 3600)
      .map(({ id }) => id)
      .toSorted(),
  )
})

test('what is new stands last in a list that is oldest first, and is found by a poll that is no sweep', async () => {
  const api = new LogsApi(past(0), { order: 'oldest first' })
  for (let n = 0; n < 30; n++) api.records.push(record(`e${n}`, NOW_S - 300 + n))
  const staged = stageLogs(query => api.answer(query), { start: '1h', page_size: 10, sweep_interval: '1d' })
  const read = readLogs(staged)
  await staged.clock.advance(2 * MINUTE_MS)
  api.records.push(record('new', NOW_S + 125))
  await staged.clock.advance(2 * MINUTE_MS)
  await read.end()
  expect(read.ids()).toContain('new')
})

test('a new event comes with the next poll, a late one with the next sweep, counted as late', async () => {
  const api = new LogsApi(past(300))
  const staged = stageLogs(query => api.answer(query), { start: '1d', page_size: 20 })
  const read = readLogs(staged)
  await staged.clock.advance(MINUTE_MS)
  api.records.push(record('new', NOW_S + 60))
  await staged.clock.advance(MINUTE_MS / 2)
  expect(read.ids()).toContain('new')
  api.records.unshift(record('late', NOW_S - 500))
  await staged.clock.advance(6 * MINUTE_MS)
  await read.end()
  expect(read.ids().toSorted()).toEqual(api.records.map(({ id }) => id).toSorted())
  expect(read.batches.flatMap(({ sealed = [] }) => sealed).filter(({ late }) => late > 0)).toHaveLength(1)
})

test.each([
  { arrivesMin: 2, lateMin: 14 },
  { arrivesMin: 4, lateMin: 10 },
])('what comes $lateMin minutes late to a part of the past that waits for its last pages is found', async ({ arrivesMin, lateMin }) => {
  const api = new LogsApi(past(300))
  let pages = 0
  const waits = (nowMs: number) => ++pages > 3 && nowMs < NOW_S * 1000 + 12 * MINUTE_MS
  const staged = stageLogs((query, nowMs) => (query.has('after') && waits(nowMs) ? { status: 500, text: '' } : api.answer(query)), {
    start: '1d',
    page_size: 20,
  })
  const read = readLogs(staged)
  await staged.clock.advance(arrivesMin * MINUTE_MS)
  api.records.push(record('late', NOW_S + (arrivesMin - lateMin) * 60))
  await staged.clock.advance(30 * MINUTE_MS)
  await read.end()
  expect(read.ids().toSorted()).toEqual(api.records.map(({ id }) => id).toSorted())
})

/** The past up to the part after which it is stopped, and all that comes after a restart. */
async function interrupted(afterParts: number, between: (api: LogsApi, oldestId: string) => void) {
  const api = new LogsApi(past(700))
  const settings = { start: '1d', page_size: 20 }
  const first = stageLogs(query => api.answer(query), settings)
  const batches: Batch[] = []
  for await (const batch of first.source.streams[0]!.read(undefined, { ids: () => [] }, new AbortController().signal, {
    untilMs: NOW_S * 1000,
  })) {
    batches.push(batch)
    if (batches.length === afterParts) break
  }
  between(api, batches.at(-1)!.events[0]!.id)
  const second = stageLogs(query => api.answer(query), settings)
  const read = readLogs(second, batches, { untilMs: NOW_S * 1000 })
  expect(await untilEnded(second, read, 50)).toBe(true)
  return { ids: [...idsOf(batches), ...read.ids()], queries: second.queries, expected: past(700).map(({ id }) => id) }
}

test('after a restart the walk goes on behind the last element that was handed out', async () => {
  const { ids, queries, expected } = await interrupted(3, () => {})
  expect(ids.toSorted()).toEqual(expected.toSorted())
  expect(queries.length).toBeLessThan(16) // Of 35 pages.
})

test.each(['refused', 'nothing'] as const)(
  'where the API has forgotten that element (%s), the walk comes down from the head again, and repeats nothing',
  async unknownCursor => {
    const { ids, queries, expected } = await interrupted(3, (api, oldestId) => {
      api.odd = { unknownCursor }
      api.records = api.records.filter(({ id }) => id !== oldestId)
    })
    expect(ids.toSorted()).toEqual(expected.toSorted())
    expect(queries.length).toBeGreaterThan(35)
  },
)

test('where the API forgets an element while the walk is behind it, the part is listed again', async () => {
  const api = new LogsApi(past(100))
  let pages = 0
  const answer = (query: URLSearchParams) => {
    const given = api.answer(query)
    if (query.has('after') && ++pages === 2) api.records = api.records.filter(({ id }) => id !== /.*"id":"(e\d+)"/.exec(given.text)![1])
    return given
  }
  const staged = stageLogs(answer, { start: '1d', page_size: 20 })
  const read = readLogs(staged, [], { untilMs: NOW_S * 1000 })
  expect(await untilEnded(staged, read, 50)).toBe(true)
  expect(api.records).toHaveLength(99)
  expect(read.ids().toSorted()).toEqual(api.records.map(({ id }) => id).toSorted())
})

test('a piece that is no record, and a record without a time, are handed out once, however often their page is listed', async () => {
  const timeless = '{"id":"timeless","event":"x"}'
  const body = `{"data":[7,${JSON.stringify(record('a', NOW_S - 100))}, "no record" ,${timeless}],"has_more":false}`
  const staged = stageLogs(() => ({ text: body }), { start: '1h' })
  const read = readLogs(staged)
  await staged.clock.advance(90 * MINUTE_MS)
  await read.end()
  expect(read.batches.flatMap(({ unreadable = [] }) => unreadable.map(({ text }) => text)).toSorted()).toEqual(['"no record"', '7'])
  expect(read.ids().toSorted()).toEqual(['a', 'timeless'])
})

test('a refused key blocks with the remedy and never shows the key (invariants 4 and 6); then it goes on', async () => {
  let refused = true
  const staged = stageLogs(() => (refused ? { status: 403, text: '{"error":{"message":"Missing scope"}}' } : { text: EMPTY }))
  const read = readLogs(staged)
  await staged.clock.advance(0)
  const blocked = staged.states.find(({ name }) => name === 'blocked') as unknown as { error: Error & { code: string } }
  expect(blocked.error.code).toBe('openai_organization_logs.denied')
  for (const part of ['Missing scope', 'admin key', 'Owner', 'the configuration']) expect(blocked.error.message).toContain(part)
  expect(blocked.error.message).not.toContain('sk-secret')
  refused = false
  await staged.clock.advance(2 * MINUTE_MS)
  await read.end()
  expect(staged.states.at(-1)?.name).toBe('running')
})

test('a path that the API does not know blocks and names the setting', async () => {
  const staged = stageLogs(() => ({ status: 404, text: '{"error":{"message":"Invalid URL"}}' }))
  const read = readLogs(staged)
  await staged.clock.advance(0)
  await read.end()
  const blocked = staged.states.find(({ name }) => name === 'blocked') as unknown as { error: Error & { code: string } }
  expect(blocked.error).toMatchObject({ code: 'openai_organization_logs.unexpected', message: expect.stringContaining('path') as string })
})

test('waits as long as the API asks, days too', async () => {
  const days = 3 * 86_400
  let busy = true
  const staged = stageLogs(() => {
    if (!busy) return { text: EMPTY }
    busy = false
    return { status: 429, text: '{}', headers: { 'retry-after': String(days) } }
  })
  const read = readLogs(staged)
  await staged.clock.advance(days * 1000 - 1)
  expect(staged.queries).toHaveLength(1)
  await staged.clock.advance(1)
  await settled()
  expect(staged.queries.length).toBeGreaterThan(1)
  await read.end()
})

test('a standstill longer than the overlap is caught up, and what came meanwhile is found once', async () => {
  const api = new LogsApi(past(50))
  const settings = { start: '1d', page_size: 10 }
  const first = stageLogs(query => api.answer(query), settings)
  const before = readLogs(first)
  await first.clock.advance(MINUTE_MS)
  await before.end()
  for (let n = 0; n < 200; n++) api.records.push(record(`meanwhile${n}`, NOW_S + 120 + n * 60))
  const second = stageLogs(query => api.answer(query), settings)
  await second.clock.advance(4 * 3_600_000)
  const after = readLogs(second, before.batches)
  await second.clock.advance(MINUTE_MS)
  await after.end()
  expect([...before.ids(), ...after.ids()].toSorted()).toEqual(api.records.map(({ id }) => id).toSorted())
})
