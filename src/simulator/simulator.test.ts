import { afterEach, describe, expect, test } from 'vitest'
import { ask, idsOf, page, QuickClock, START_MS } from '../../test/support/simulator.ts'
import type { SimulatorOptions } from './options.ts'
import { type Simulator, startSimulator } from './simulator.ts'

const open: Simulator[] = []

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ events: 50, clock: new QuickClock(), ...options })
  open.push(simulator)
  return simulator
}

afterEach(async () => {
  await Promise.all(open.splice(0).map(simulator => simulator.close()))
})

const control = (simulator: Simulator, path: string, init: RequestInit = {}) => fetch(new URL(`/_simulator/${path}`, simulator.url), init)

describe('who is let in', () => {
  test.each([
    ['no header', undefined, '', 401, null],
    ['no bearer', undefined, 'Basic abc', 401, null],
    ['an empty bearer', undefined, 'Bearer ', 401, null],
    ['any key where none is set', undefined, 'Bearer whatever', 200, undefined],
    ['the wrong key', 'right', 'Bearer wrong-key', 401, 'invalid_api_key'],
    ['the right key', 'right', 'Bearer right', 200, undefined],
  ])('%s', async (_name, key, authorization, status, code) => {
    const simulator = await start(key === undefined ? {} : { key })
    const answer = await ask(simulator, '', { authorization })
    expect(answer.status).toBe(status)
    if (status !== 200) expect(JSON.parse(answer.text)).toMatchObject({ error: { type: 'invalid_request_error', param: null, code } })
    expect(answer.text).not.toContain('wrong-key')
  })

  test('a key can change, and lack its scope', async () => {
    const simulator = await start({ key: 'old' })
    simulator.setKey('new')
    expect((await ask(simulator, '', { authorization: 'Bearer old' })).status).toBe(401)
    expect((await ask(simulator, '', { authorization: 'Bearer new' })).status).toBe(200)
    simulator.setScopeMissing(true)
    const refused = await ask(simulator, '', { authorization: 'Bearer new' })
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('api.audit_logs.read')])
  })

  test('other addresses and methods', async () => {
    const simulator = await start()
    expect((await fetch(`${simulator.url}/organization/projects`, { headers: { authorization: 'Bearer any' } })).status).toBe(404)
    const posted = await fetch(`${simulator.url}/organization/audit_logs`, { method: 'POST', body: '{}' })
    expect([posted.status, await posted.json()]).toEqual([405, { error: expect.objectContaining({ code: 'method_not_supported' }) }])
  })
})

describe('what it holds', () => {
  test('is given as NDJSON, each line the bytes that stand in data', async () => {
    const simulator = await start({ events: 700 })
    const lines = (await (await control(simulator, 'events')).text()).trimEnd().split('\n')
    expect(lines).toEqual(simulator.events())
    expect(lines).toHaveLength(700)
    const { text } = await ask(simulator, 'limit=100')
    const newest = lines.filter(line => text.includes(`[${line},`) || text.includes(`,${line}`))
    expect(newest).toHaveLength(100)
  })

  test('keeps a text with line breaks as it is; the NDJSON has spaces for them', async () => {
    const simulator = await start({ events: 3, pretty: true })
    const [first = ''] = simulator.events()
    expect(first).toContain('\n  "id"')
    expect((await ask(simulator)).text).toContain(first)
    const lines = (await (await control(simulator, 'events')).text()).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual(simulator.events().map(text => JSON.parse(text) as unknown))
    const strings = (await (await control(simulator, 'events?strings')).text()).trimEnd().split('\n')
    expect(strings.map(line => JSON.parse(line) as unknown)).toEqual(simulator.events())
  })

  test('grows by what is added, here and from another process', async () => {
    const simulator = await start({ events: 10 })
    const text = `{"id": "one", "type":"login.failed" , "effective_at":${START_MS / 1000 - 5},"n":1.0}`
    simulator.add(text, { id: 'two', type: 'login.failed', effective_at: START_MS / 1000 + 5 })
    const posted = await control(simulator, 'events', {
      method: 'POST',
      body: '{"id":"three","type":"x.y","effective_at":1}\n{"id":"four","type":"x.y","effective_at":1}',
    })
    expect(await posted.json()).toEqual({ added: 2 })
    expect((await ask(simulator, 'limit=2')).text).toContain(text)
    expect(idsOf(await page(simulator, 'limit=2'))).toEqual(['two', 'one'])
    expect(idsOf(await page(simulator, 'event_types[]=x.y'))).toEqual(['four', 'three'])
    expect(simulator.ids()).toHaveLength(14)
  })

  test('is bounded', async () => {
    const simulator = await start({
      events: 5,
      ratePerSecond: 10,
      heldEventsMax: 20,
      clock: { now: () => START_MS + 3_600_000, sleep: async () => {} },
      startMs: START_MS,
    })
    expect(simulator.ids()).toHaveLength(20)
    expect(() => simulator.add({ id: 'one too many', effective_at: 1 })).toThrow(/20 events at most/)
  })
})

describe('live events', () => {
  test('come at their rate as the clock passes, newest first', async () => {
    const clock = new QuickClock()
    const simulator = await start({ events: 10, ratePerSecond: 5, clock })
    expect(simulator.ids()).toHaveLength(10)
    clock.nowMs += 10_000
    expect(simulator.ids()).toHaveLength(60)
    const { data } = await page(simulator, `limit=100&effective_at[gte]=${START_MS / 1000}`)
    expect(data.length).toBeGreaterThan(30)
    const times = data.map(event => event.effective_at)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect(times[0]).toBeLessThan(START_MS / 1000 + 10)
  })

  test('are the same however often somebody looks, and after a start with the same startMs', async () => {
    const clock = new QuickClock()
    const options = { events: 100, ratePerSecond: 3, clock, faults: { late_events: 0.3 }, startMs: START_MS }
    const watched = await start(options)
    for (let look = 0; look < 50; look++) {
      clock.nowMs += 20_000
      watched.ids()
    }
    const restarted = await start(options)
    expect(restarted.events()).toEqual(watched.events())
    expect(watched.ids().length).toBeGreaterThan(2_000)
  })
})

test('counts requests with their parameters', async () => {
  const simulator = await start()
  await page(simulator, 'limit=3')
  await ask(simulator, 'limit=0')
  expect(simulator.requests()).toMatchObject([
    { search: 'limit=3', status: 200, events: 3 },
    { search: 'limit=0', status: 400, events: 0 },
  ])
  const counts = await (await control(simulator, 'requests')).json()
  expect(counts).toEqual({ requests: 2, events: 3, byStatus: { 200: 1, 400: 1 }, byFault: {}, concurrentMax: 1 })
})

test('waits for its latency', async () => {
  const clock = new QuickClock()
  const simulator = await start({ latencyMs: 200, clock })
  await page(simulator)
  simulator.setLatencyMs(50)
  await page(simulator)
  expect(clock.sleptMs).toBe(250)
})

test('a limit above that of the API has to be asked for', async () => {
  const simulator = await start({ events: 1_500, limitMax: 1_000 })
  expect(idsOf(await page(simulator, 'limit=1000'))).toHaveLength(1_000)
})

test('closing cuts an answer that is still waiting', async () => {
  const simulator = await start({
    latencyMs: 3_600_000,
    clock: {
      now: () => START_MS,
      sleep: (_ms, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    },
  })
  const asked = ask(simulator).then(
    () => 'answered',
    () => 'cut',
  )
  while (simulator.counts().requests === 0) await new Promise(resolve => setImmediate(resolve))
  await simulator.close()
  expect(await asked).toBe('cut')
  await simulator.close()
})

test('an address that is taken is an error', async () => {
  const simulator = await start()
  await expect(start({ port: Number(new URL(simulator.url).port) })).rejects.toThrow(/EADDRINUSE/)
})
