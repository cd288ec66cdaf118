import { describe, expect, test } from 'vitest'
import { listedSimulators } from '../../test/support/listed_simulator.ts'
import { ask, idsOf, page, QuickClock, START_MS } from '../../test/support/simulator.ts'
import { isKnownType } from './catalogue.ts'
import type { FaultName } from './faults.ts'
import type { SimulatorOptions } from './options.ts'
import { type Simulator, startSimulator } from './simulator.ts'

const start = listedSimulators()

describe('in the events', () => {
  const events = async (options: SimulatorOptions) => {
    await using simulator = await startSimulator({ events: 2_500, clock: new QuickClock(), ...options })
    return simulator.events().map(text => JSON.parse(text) as { id: string; type: string; effective_at: number; actor?: unknown })
  }

  test('same_second_bursts: more than a page in one second', async () => {
    const bySecond = Map.groupBy(await events({ faults: { same_second_bursts: 1 } }), ({ effective_at }) => effective_at)
    expect([...bySecond.values()].filter(({ length }) => length > 100)).toHaveLength(2)
  })

  test('unknown_types and null_actors', async () => {
    const bodies = await events({ faults: { unknown_types: 0.2, null_actors: 0.2 } })
    expect(bodies.filter(({ type }) => !isKnownType(type)).length).toBeGreaterThan(300)
    expect(bodies.filter(({ actor }) => actor === null).length).toBeGreaterThan(400)
  })

  test('late_events: all are listed in the end, some long after their time but none later than the most', async () => {
    const clock = new QuickClock()
    await using simulator = await startSimulator({ events: 0, ratePerSecond: 1, clock, faults: { late_events: 0.2 }, lateMaxS: 120 })
    const seen = new Map<string, number>()
    for (let second = 0; second < 1_000; second++) {
      clock.nowMs += 1_000
      for (const text of simulator.events()) {
        const { id, effective_at } = JSON.parse(text) as { id: string; effective_at: number }
        if (!seen.has(id)) seen.set(id, clock.nowMs / 1_000 - effective_at)
      }
      if (second === 800) simulator.setFaults({})
    }
    const late = [...seen.values()].filter(seconds => seconds > 2)
    expect(late.length).toBeGreaterThan(50)
    expect(Math.max(...late)).toBeGreaterThan(60)
    expect(Math.max(...late)).toBeLessThanOrEqual(121)
    expect(seen.size).toBeGreaterThanOrEqual(999)
  })
})

describe('of the cursor', () => {
  test('inverted_cursor: after lists the newer, before the older', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { inverted_cursor: 1 } })
    expect(idsOf(await page(simulator, 'limit=10'))).toEqual(newestFirst.slice(0, 10))
    const newer = await page(simulator, `limit=10&after=${newestFirst[9]}`)
    expect([idsOf(newer), newer.has_more]).toEqual([newestFirst.slice(0, 9), false])
    expect(idsOf(await page(simulator, `limit=10&before=${newestFirst[9]}`))).toEqual(newestFirst.slice(10, 20))
  })

  test('ignored_after: the first page again', async () => {
    const { newestFirst, ...simulator } = await start({ faults: { ignored_after: 1 } })
    const again = await page(simulator, `limit=10&after=${newestFirst[30]}`)
    expect([idsOf(again), again.has_more]).toEqual([newestFirst.slice(0, 10), true])
  })

  test('both: they take turns with honest slices of time', async () => {
    const { newestFirst, clock, ...simulator } = await start({ faults: { inverted_cursor: 1, ignored_after: 1 } })
    const firsts: (string | undefined)[] = []
    for (let slice = 0; slice < 40; slice++) {
      firsts.push(idsOf(await page(simulator, `limit=5&after=${newestFirst[20]}`))[0])
      clock.nowMs += 2_000
    }
    const share = (place: number) => firsts.filter(id => id === newestFirst[place]).length
    expect(share(21) + share(15) + share(0)).toBe(40)
    expect(share(21)).toBeGreaterThan(10)
    expect(share(15)).toBeGreaterThan(3)
    expect(share(0)).toBeGreaterThan(3)
  })
})

/** What fetch made of it: the status, or how it failed. */
const outcome = (simulator: Simulator, search: string) =>
  ask(simulator, search).then(
    ({ status, headers, text }) => ({ status, headers, text }),
    () => ({ status: 0, headers: new Headers(), text: '' }),
  )

describe('failures', () => {
  const only = (name: FaultName) => start({ faults: { [name]: 1 } })
  const some = async (simulator: Simulator) => Promise.all(Array.from({ length: 24 }, (_, n) => outcome(simulator, `limit=${n + 1}`)))

  test('rate_limited: Retry-After in seconds or as a date', async () => {
    const answers = await some(await only('rate_limited'))
    const headers = new Set(answers.map(({ headers }) => headers.get('retry-after')))
    expect(headers).toEqual(new Set(['1', new Date(START_MS + 2_000).toUTCString()]))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([429]))
  })

  test('rate_limited_silent: no Retry-After', async () => {
    const [answer] = await some(await only('rate_limited_silent'))
    expect([answer?.status, answer?.headers.get('retry-after')]).toEqual([429, null])
    expect(JSON.parse(answer?.text ?? '')).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
  })

  test('rate_limited_long: once in ten minutes', async () => {
    const { clock, ...simulator } = await only('rate_limited_long')
    const statuses = async () =>
      (await some(simulator)).map(({ status, headers }) => `${status} ${headers.get('retry-after')}`).filter(text => text !== '200 null')
    expect(await statuses()).toEqual(['429 75'])
    expect(await statuses()).toEqual([])
    clock.nowMs += 600_000
    expect(await statuses()).toEqual(['429 75'])
  })

  test('server_errors: of all kinds', async () => {
    const { newestFirst, ...simulator } = await only('server_errors')
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => outcome(simulator, `limit=${n + 1}&after=${newestFirst[5]}`)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([500, 502, 503, 504]))
    expect(answers.find(({ status }) => status === 502)?.text).toContain('<html>')
  })

  test('connection_resets: no answer, or half of one', async () => {
    const simulator = await only('connection_resets')
    expect(new Set((await some(simulator)).map(({ status }) => status))).toEqual(new Set([0]))
  })

  test('truncated_bodies: no JSON, or no end', async () => {
    const answers = await some(await only('truncated_bodies'))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([0, 200]))
    for (const { text } of answers.filter(({ status }) => status === 200)) expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  })

  test('empty_pages', async () => {
    expect(await page(await only('empty_pages'))).toEqual({ object: 'list', data: [], first_id: null, last_id: null, has_more: true })
  })

  test('missing_last_id: only where there is more', async () => {
    const simulator = await only('missing_last_id')
    expect(Object.keys(await page(simulator, 'limit=5'))).toEqual(['object', 'data', 'first_id', 'has_more'])
    expect(await page(simulator, 'limit=100')).toMatchObject({ last_id: 'e0', has_more: false })
  })

  test('after three in a row the same question is answered', async () => {
    const simulator = await start({ faults: { rate_limited: 0.25, server_errors: 0.25, truncated_bodies: 0.25, connection_resets: 0.25 } })
    const { newestFirst } = simulator
    for (let n = 1; n <= 20; n++) {
      const search = `limit=${n}&after=${newestFirst[0]}`
      for (let attempt = 0; attempt < 3; attempt++) await outcome(simulator, search)
      expect(idsOf(await page(simulator, search))).toHaveLength(n)
    }
  })
})

test('faults are drawn by seed, question and how often it was asked: not by who asks in between', async () => {
  const outcomes = async (seed: number, between: number) => {
    const simulator = await start({ seed, faults: { rate_limited_silent: 0.4 } })
    const statuses: number[] = []
    for (let turn = 0; turn < 30; turn++) {
      for (let other = 0; other < between; other++) await ask(simulator, `limit=${10 + other}`)
      statuses.push((await ask(simulator, 'limit=7')).status)
    }
    return statuses
  }
  const alone = await outcomes(5, 0)
  expect(new Set(alone)).toEqual(new Set([200, 429]))
  expect(await outcomes(5, 2)).toEqual(alone)
  expect(await outcomes(6, 0)).not.toEqual(alone)
})
