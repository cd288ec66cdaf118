import { expect, test } from 'vitest'
import { EMPTY, reading, stage } from '../../../test/support/audit_source.ts'
import { settled } from '../../../test/support/virtual_clock.ts'

test('asks with the parameters of the API, and never with order', async () => {
  const { clock, queries, source } = stage(() => ({ status: 200, text: EMPTY }), {
    start: '1h',
    project_ids: ['p1', 'p2'],
    event_types: ['login.failed'],
    actor_emails: ['a@b.c'],
  })
  const read = reading(source)
  await clock.advance(0)
  await read.end()
  const query = queries.at(-1)!
  expect(query.getAll('project_ids[]')).toEqual(['p1', 'p2'])
  expect([query.get('event_types[]'), query.get('actor_emails[]'), query.get('limit'), query.has('order')]).toEqual([
    'login.failed',
    'a@b.c',
    '100',
    false,
  ])
  expect(Number(query.get('effective_at[gte]'))).toBeLessThan(Number(query.get('effective_at[lt]')))
})

test('one request a poll when nothing is new, and the ledger leaves no second out', async () => {
  const { clock, queries, source } = stage(() => ({ status: 200, text: EMPTY }))
  const read = reading(source)
  await clock.advance(0)
  const atStart = queries.length
  await clock.advance(10 * 60_000)
  await read.end()
  expect(queries.length - atStart).toBe(40) // Every 15 s.
  const rows = read.batches.flatMap(({ sealed = [] }) => sealed).filter(({ fromS, toS }) => toS > fromS)
  const ends = new Set(rows.map(({ toS }) => toS))
  for (const { fromS } of rows.slice(1)) expect(ends.has(fromS) || fromS === rows[0]!.fromS).toBe(true)
})

test('a second that fills more than a page costs no request more when nothing is new', async () => {
  const { clock, queries, source } = stage(
    (query, nowMs) => {
      const burstS = Math.floor(nowMs / 600_000) * 600 - 60
      const events = Array.from({ length: 40 }, (_, n) => ({ id: `${burstS}-${n}`, effective_at: n < 35 ? burstS : burstS - n }))
      const [gte, lt] = [Number(query.get('effective_at[gte]')), Number(query.get('effective_at[lt]'))]
      const asked = events.filter(({ effective_at: at }) => at >= gte && at < lt)
      const first = asked.findIndex(({ id }) => id === query.get('after')) + 1
      return { status: 200, text: JSON.stringify({ data: asked.slice(first, first + 10), has_more: first + 10 < asked.length }) }
    },
    { start: '1h', page_size: 10 },
  )
  const read = reading(source)
  await clock.advance(0)
  const atStart = queries.length
  await clock.advance(4 * 60_000)
  await read.end()
  expect(read.batches.flatMap(({ events }) => events)).toHaveLength(40)
  expect(queries.length - atStart).toBe(16) // Every 15 s.
})

test.each([-3_600_000, 3_600_000])('polls go on when the time of day is set by %i ms, and find what is listed late', async byMs => {
  const happenedS = Date.UTC(2026, 0, 1) / 1000 + 5
  let listed = false
  const { clock, queries, source } = stage(query => {
    const headers = { date: new Date(clock.elapsed()).toUTCString() } // The API's clock is right.
    const isAsked = Number(query.get('effective_at[gte]')) <= happenedS && happenedS < Number(query.get('effective_at[lt]'))
    const late = JSON.stringify({ data: [{ id: 'late', effective_at: happenedS }], has_more: false })
    return { status: 200, text: listed && isAsked ? late : EMPTY, headers }
  })
  const read = reading(source)
  await clock.advance(20_000)
  clock.setBy(byMs)
  const atStart = queries.length
  listed = true
  await clock.advance(10 * 60_000)
  await read.end()
  expect(queries.length - atStart).toBeGreaterThanOrEqual(39) // Every 15 s.
  expect(read.batches.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['late'])
})

test('a refused key blocks with the remedy and never shows the key (invariants 4 and 6); then it goes on', async () => {
  let refused = true
  const { clock, states, source } = stage(() =>
    refused ? { status: 401, text: '{"error":{"message":"Incorrect API key"}}' } : { status: 200, text: EMPTY },
  )
  const read = reading(source)
  await clock.advance(0)
  const blocked = states.find(({ name }) => name === 'blocked') as { error: Error }
  for (const part of ['Incorrect API key', 'admin key', 'Owner', 'api.audit_logs.read', 'the configuration'])
    expect(blocked.error.message).toContain(part)
  expect(blocked.error.message).not.toContain('sk-secret')
  refused = false
  await clock.advance(120_000)
  await read.end()
  expect(states.at(-1)?.name).toBe('running')
  expect(read.batches.length).toBeGreaterThan(0)
})

test.each([408, 409, 425, 429, 500, 503, 529])('asks again soon after a %i', async status => {
  let busy = true
  const { clock, states, source } = stage(() => {
    if (!busy) return { status: 200, text: EMPTY }
    busy = false
    return { status, text: '{}' }
  })
  const read = reading(source)
  await clock.advance(1000)
  await read.end()
  expect(states.slice(0, 2).map(({ name }) => name)).toEqual(['retrying', 'running'])
})

test('waits as long as the API asks, days too', async () => {
  const days = 3 * 86_400
  let busy = true
  const { clock, queries, source } = stage(() => {
    if (!busy) return { status: 200, text: EMPTY }
    busy = false
    return { status: 429, text: '{}', headers: { 'retry-after': String(days) } }
  })
  const read = reading(source)
  await clock.advance(days * 1000 - 1)
  expect(queries).toHaveLength(1)
  await clock.advance(1)
  await settled()
  expect(queries.length).toBeGreaterThan(1)
  await read.end()
})

test.each([-1, 0, 1])('a date to wait until is one of the clock of the API, which is %d h ahead of ours', async hours => {
  let busy = true
  const { clock, queries, source } = stage((_, nowMs) => {
    const date = (ms: number) => new Date(nowMs + hours * 3_600_000 + ms).toUTCString()
    if (!busy) return { status: 200, text: EMPTY, headers: { date: date(0) } }
    busy = false
    return { status: 429, text: '{}', headers: { date: date(0), 'retry-after': date(30_000) } }
  })
  const read = reading(source)
  await clock.advance(29_000)
  expect(queries).toHaveLength(1)
  await clock.advance(1000)
  await settled()
  expect(queries.length).toBeGreaterThan(1)
  await read.end()
})

test('with tenant_events there are two streams, and each asks for its own types', () => {
  const names = (settings: object) => stage(() => ({ status: 200, text: EMPTY }), settings).source.streams.map(({ name }) => name)
  expect(names({})).toEqual(['organization'])
  expect(names({ tenant_events: true })).toEqual(['organization', 'tenant'])
  expect(names({ tenant_events: true, event_types: ['login.failed'] })).toEqual(['organization'])
})

test('a piece of the past that is no event is handed out once, to become a dead letter', async () => {
  const { clock, source } = stage(
    query => ({ status: 200, text: Number(query.get('effective_at[gte]')) < 1_767_139_200 ? '{"data":[7],"has_more":false}' : EMPTY }),
    { start: '2d' },
  )
  const read = reading(source)
  await clock.advance(60_000)
  await read.end()
  expect(read.batches.flatMap(({ unreadable = [] }) => unreadable)).toMatchObject([{ text: '7' }])
})

test('whoever stops taking batches leaves nothing waiting (invariant 7)', async () => {
  const { clock, source } = stage(() => ({ status: 200, text: EMPTY }), { start: '30d' })
  const batches = source.streams[0]!.read(undefined, { ids: () => [] }, new AbortController().signal)[Symbol.asyncIterator]()
  for (let taken = 0; taken < 5; taken++) {
    const next = batches.next() // The first poll among parts of the past.
    await clock.advance(0)
    await next
  }
  expect(clock.sleeping).toBe(1) // Until the next poll.
  const returned = batches.return!()
  await settled()
  expect(clock.sleeping).toBe(0)
  await returned
})

test.each([
  [429, 'throttled'],
  [500, 'failed'],
  [401, 'blocked'],
])('a request that is answered with %i counts as %s, the next one as ok', async (status, result) => {
  const counts = new Map<unknown, number>()
  const add = (name: string, labels: Readonly<Record<string, string>>) => {
    if (name === 'tailrace_source_requests_total') counts.set(labels.result, (counts.get(labels.result) ?? 0) + 1)
  }
  const { clock, queries, source } = stage(
    () => (queries.length === 1 ? { status, text: '{}' } : { status: 200, text: EMPTY }),
    {},
    {
      add,
      set: () => {},
      observe: () => {},
    },
  )
  const read = reading(source)
  await clock.advance(2 * 60_000)
  await read.end()
  expect(Object.fromEntries(counts)).toEqual({ [result]: 1, ok: queries.length - 1 })
})

test('a base_url with a slash at its end is the same', async () => {
  const { clock, states, source } = stage(() => ({ status: 401, text: '{}' }), { base_url: 'https://api.example/v1/' })
  const read = reading(source)
  await clock.advance(0)
  await read.end()
  expect((states[0] as { error: Error }).error.message).toContain('https://api.example/v1/organization/audit_logs answered 401')
})
