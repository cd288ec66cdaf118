import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EMPTY, reading, stage } from '../../../test/support/audit_source.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { FileText } from '../../toolkit/settings.ts'

const MINUTE_MS = 60_000
const list = (...events: readonly { id: string; effective_at: number }[]) => JSON.stringify({ data: events, has_more: false })
const number = (query: URLSearchParams, name: string) => Number(query.get(name))

test('an event that is listed late is found by the next sweep, counted, and measured', async () => {
  let listedFromMs = Number.POSITIVE_INFINITY
  let atS = 0
  const { clock, source, lateSeconds } = stage((query, nowMs) => {
    const isThere = nowMs >= listedFromMs && number(query, 'effective_at[gte]') <= atS && atS < number(query, 'effective_at[lt]')
    return { status: 200, text: isThere ? list({ id: 'late', effective_at: atS }) : EMPTY }
  })
  const read = reading(source)
  await clock.advance(10 * MINUTE_MS)
  atS = Math.floor(clock.now() / 1000) - 300
  listedFromMs = clock.now()
  await clock.advance(6 * MINUTE_MS)
  await read.end()
  expect(read.batches.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['late'])
  const rows = read.batches.flatMap(({ sealed = [] }) => sealed).filter(({ late }) => late > 0)
  expect(rows).toEqual([expect.objectContaining({ late: 1, events: 1 })])
  expect(lateSeconds).toHaveLength(1)
  expect(lateSeconds[0]).toBeGreaterThanOrEqual(300)
})

test('an event that is late by the whole overlap is found though a sweep came just before it and others hide it', async () => {
  const [lateS, everyS] = [15 * 60, 2]
  const events: { id: string; effective_at: number; fromMs: number }[] = []
  const { clock, source } = stage(
    (query, nowMs) => {
      const [gte, lt] = [number(query, 'effective_at[gte]'), number(query, 'effective_at[lt]')]
      const asked = events.filter(({ effective_at: at, fromMs }) => fromMs <= nowMs && at >= gte && at < lt)
      asked.sort((a, b) => b.effective_at - a.effective_at)
      const first = asked.findIndex(({ id }) => id === query.get('after')) + 1
      const page = asked.slice(first, first + 10).map(({ id, effective_at }) => ({ id, effective_at }))
      return { status: 200, text: JSON.stringify({ data: page, has_more: first + 10 < asked.length }) }
    },
    { start: '1h', page_size: 10 },
  )
  const beginMs = clock.now()
  for (let s = -1200; s < 1200; s += everyS) events.push({ id: `e${s}`, effective_at: beginMs / 1000 + s, fromMs: beginMs + s * 1000 })
  events.push({ id: 'late', effective_at: beginMs / 1000 + 1 - lateS, fromMs: beginMs + 1000 })
  const read = reading(source)
  await clock.advance(6 * MINUTE_MS)
  await read.end()
  const ids = read.batches.flatMap(batch => batch.events.map(({ id }) => id))
  expect(ids.filter(id => id === 'late')).toHaveLength(1)
  expect(new Set(ids).size).toBe(ids.length)
})

test('nothing is sealed that the clock of the API has not passed', async () => {
  const behindMs = 10 * MINUTE_MS
  const { clock, source } = stage((_, nowMs) => ({ status: 200, text: EMPTY, headers: { date: new Date(nowMs - behindMs).toUTCString() } }))
  const read = reading(source)
  await clock.advance(5 * MINUTE_MS)
  const sealedToS = Math.max(...read.batches.flatMap(({ sealed = [] }) => sealed.map(({ toS }) => toS)))
  expect(sealedToS).toBeLessThanOrEqual((clock.now() - behindMs) / 1000)
  expect(sealedToS).toBeGreaterThan((clock.now() - behindMs - MINUTE_MS) / 1000)
  await read.end()
})

// Goal: whoever compares a window with the journal looks at what had been received when it was sealed.
test.each([-10, 10])(
  'a window is sealed after its events were received, though the clock of the API is %i minutes from ours',
  async minutes => {
    const { clock, source } = stage((query, nowMs) => {
      const date = new Date(nowMs + minutes * MINUTE_MS)
      const atS = number(query, 'effective_at[gte]')
      return { status: 200, text: list({ id: `at-${atS}`, effective_at: atS }), headers: { date: date.toUTCString() } }
    })
    const read = reading(source)
    await clock.advance(2 * MINUTE_MS)
    await read.end()
    const checked = read.batches.filter(({ events }) => events.length > 0)
    expect(checked.length).toBeGreaterThan(0)
    for (const { events, sealed } of checked) {
      const receivedMs = Math.max(...events.map(event => event.receivedMs))
      for (const { sealedAtMs } of sealed!) expect([sealedAtMs >= receivedMs, sealedAtMs <= clock.now()]).toEqual([true, true])
    }
  },
)

test('a clock of the API that was hours ahead for a while leaves nothing out, and repeats nothing', async () => {
  const happened: { id: string; effective_at: number }[] = []
  let aheadMs = 0
  const { clock, source } = stage((query, nowMs) => {
    const isListed = ({ effective_at: at }: { effective_at: number }) =>
      at >= number(query, 'effective_at[gte]') && at < number(query, 'effective_at[lt]')
    return { status: 200, text: list(...happened.filter(isListed)), headers: { date: new Date(nowMs + aheadMs).toUTCString() } }
  })
  const happens = (id: string) => happened.unshift({ id, effective_at: Math.floor(clock.now() / 1000) })
  const read = reading(source)
  await clock.advance(5 * MINUTE_MS)
  aheadMs = 120 * MINUTE_MS
  happens('while it is ahead')
  await clock.advance(2 * MINUTE_MS)
  aheadMs = 0
  await clock.advance(MINUTE_MS)
  happens('after that')
  await clock.advance(30 * MINUTE_MS)
  await read.end()
  expect(read.batches.flatMap(({ events }) => events.map(({ id }) => id))).toEqual(['while it is ahead', 'after that'])
})

test('a refusal of the tenant stream leaves the other one alone', async () => {
  const { clock, source, states, queries } = stage(
    query => (query.has('tenant_only') ? { status: 400, text: '{"error":{"message":"no tenant"}}' } : { status: 200, text: EMPTY }),
    { tenant_events: true },
  )
  const organization = reading(source, 0)
  const tenant = reading(source, 1)
  await clock.advance(2 * MINUTE_MS)
  expect(states.filter(({ part }) => part === 'organization').map(({ name }) => name)).not.toContain('blocked')
  expect(states.find(({ part, name }) => part === 'tenant' && name === 'blocked')).toBeDefined()
  expect(organization.batches.length).toBeGreaterThan(4)
  expect(tenant.batches).toEqual([])
  expect(queries.some(query => query.has('tenant_only'))).toBe(true)
  await Promise.all([organization.end(), tenant.end()])
})

test.each([
  { refused: 'a tenant that is not there', isRefused: (query: URLSearchParams) => query.has('tenant_only') },
  { refused: 'the size of a page', isRefused: (query: URLSearchParams) => query.get('limit') === '500' },
  { refused: 'a type', isRefused: (query: URLSearchParams) => query.get('event_types[]') === 'role.bound_to_resource' },
])('a check asks as the streams do: $refused is refused there', async ({ isRefused }) => {
  const { source } = stage(
    query => (isRefused(query) ? { status: 400, text: '{"error":{"message":"no"}}' } : { status: 200, text: EMPTY }),
    { tenant_events: true, page_size: 500, event_types: ['role.bound_to_resource'] },
  )
  await expect(source.check(new AbortController().signal)).rejects.toMatchObject({ code: 'openai_audit.refused' })
})

test.each([400, 404])('an event that is gone when the page behind it is asked for (%d) keeps no other from being listed', async status => {
  const { clock, source, states } = stage(
    (query, nowMs) => {
      const gone = query.get('after') ?? query.get('before')
      if (gone !== null) return { status, text: `{"error":{"message":"No audit log found with id '${gone}'."}}` }
      const events = Array.from({ length: 30 }, (_, n) => ({ id: `e${n}`, effective_at: Math.floor(nowMs / 1000) - 60 - 10 * n }))
      const asked = events.filter(
        ({ effective_at: at }) => at >= number(query, 'effective_at[gte]') && at < number(query, 'effective_at[lt]'),
      )
      return { status: 200, text: JSON.stringify({ data: asked.slice(0, 10), has_more: asked.length > 10 }) }
    },
    { start: '1h', page_size: 10 },
  )
  const read = reading(source)
  await clock.advance(0)
  await read.end()
  const ids = read.batches.flatMap(({ events }) => events.map(({ id }) => id))
  expect(ids.sort()).toEqual(Array.from({ length: 30 }, (_, n) => `e${n}`).sort())
  expect(states.map(({ name }) => name)).not.toContain('blocked')
})

test('a key file that changes ends the blocked state before its next try', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'key')
  writeFileSync(path, 'sk-old')
  const { clock, source, states } = stage(
    () => (readFileSync(path, 'utf8') === 'sk-new' ? { status: 200, text: EMPTY } : { status: 401, text: '{}' }),
    {
      api_key: new FileText(path),
    },
  )
  const read = reading(source)
  await clock.advance(0)
  expect(states.at(-1)?.name).toBe('blocked')
  writeFileSync(path, 'sk-new')
  await clock.advance(10_000)
  expect(states.at(-1)?.name).toBe('running')
  await read.end()
})

test.each([
  { name: 'the end', ignored: ['effective_at[lt]'], mostTimes: 1 },
  { name: 'the begin and the end', ignored: ['effective_at[gte]', 'effective_at[lt]'], mostTimes: 2 },
])('an API that ignores $name of the windows brings no event again with each of them', async ({ ignored, mostTimes }) => {
  const beginS = Math.floor(stage(() => ({ status: 200, text: EMPTY })).clock.now() / 1000)
  const events = Array.from({ length: 40 }, (_, n) => ({ id: `e${n}`, effective_at: beginS - 60 - n * 250 }))
  const { clock, source } = stage(
    query => {
      for (const name of ignored) query.delete(name)
      const [gte, lt] = [number(query, 'effective_at[gte]'), Number(query.get('effective_at[lt]') ?? Infinity)]
      const asked = events.filter(({ effective_at: at }) => at >= gte && at < lt)
      const first = asked.findIndex(({ id }) => id === query.get('after')) + 1
      return { status: 200, text: JSON.stringify({ data: asked.slice(first, first + 10), has_more: first + 10 < asked.length }) }
    },
    { start: '3h', page_size: 20 },
  )
  const read = reading(source)
  await clock.advance(MINUTE_MS)
  await read.end()
  const times = new Map<string, number>()
  for (const { id } of read.batches.flatMap(batch => batch.events)) times.set(id, (times.get(id) ?? 0) + 1)
  expect(times.size).toBe(events.length)
  expect(Math.max(...times.values())).toBeLessThanOrEqual(mostTimes)
})
