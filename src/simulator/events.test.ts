import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { QuickClock } from '../../test/support/simulator.ts'
import { CATALOGUE, isKnownType } from './catalogue.ts'
import type { SimulatorOptions } from './options.ts'
import { startSimulator } from './simulator.ts'

interface Body {
  readonly id: string
  readonly type: string
  readonly effective_at: number
  readonly actor?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | null
  readonly [payload: string]: unknown
}

async function texts(options: SimulatorOptions): Promise<readonly string[]> {
  await using simulator = await startSimulator({ clock: new QuickClock(), ...options })
  return simulator.events()
}

const parsed = (list: readonly string[]) => list.map(text => JSON.parse(text) as Body)

describe('the same seed and options give the same bytes', () => {
  const faults = { late_events: 0.1, same_second_bursts: 1, unknown_types: 0.1, null_actors: 0.1 }
  test.each<SimulatorOptions>([
    { events: 500, seed: 7 },
    { events: 3_000, seed: 12_345_678_901, historyMs: 3_600_000, faults },
  ])('%o', async options => {
    const first = await texts(options)
    expect(await texts(options)).toEqual(first)
    const ids = new Set(parsed(first).map(({ id }) => id))
    const others = await texts({ ...options, seed: (options.seed ?? 0) + 1 })
    expect(parsed(others).filter(({ id }) => ids.has(id))).toEqual([])
  })
})

describe('a history', () => {
  test('holds all types of the catalogue, more logins and keys than anything else', async () => {
    const bodies = parsed(await texts({ events: 600 }))
    const counts = Map.groupBy(bodies, ({ type }) => type)
    expect([...counts.keys()].toSorted()).toEqual(CATALOGUE.map(({ type }) => type).toSorted())
    const frequent = [...counts]
      .toSorted(([, a], [, b]) => b.length - a.length)
      .slice(0, 3)
      .map(([type]) => type)
    expect(frequent).toContain('login.succeeded')
    expect(frequent).toContain('api_key.created')
  })

  test('lies within its time, in order, with seconds that hold several events', async () => {
    const times = parsed(await texts({ events: 2_000, historyMs: 86_400_000 })).map(({ effective_at }) => effective_at)
    const end = new QuickClock().nowMs / 1000
    expect(times[0]).toBeGreaterThanOrEqual(end - 86_400)
    expect(times.at(-1)).toBeLessThan(end)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(new Set(times).size).toBeLessThan(1_900)
  })

  test('gives every id once', async () => {
    expect(new Set(parsed(await texts({ events: 20_000 })).map(({ id }) => id)).size).toBe(20_000)
  })

  test.each<[name: string, is: (body: Body) => boolean]>([
    [
      'a session of a user with all details',
      ({ actor }) => actor?.session?.user !== undefined && actor.session.ip_address_details !== undefined,
    ],
    ['a session of a user with an address only', ({ actor }) => actor?.session?.user !== undefined && actor.session.ja3 === undefined],
    ['a session without a user', ({ actor }) => actor?.session !== undefined && actor.session.user === undefined],
    ['a key of a user', ({ actor }) => actor?.api_key?.user !== undefined],
    ['a key of a service account', ({ actor }) => actor?.api_key?.service_account !== undefined],
    ['a key of which only the id is known', ({ actor }) => actor?.api_key !== undefined && Object.keys(actor.api_key).join() === 'id'],
    ['an actor with nothing but a type', ({ actor }) => actor != null && Object.keys(actor).join() === 'type'],
    ['actor: null', ({ actor }) => actor === null],
    ['no actor', ({ actor }) => actor === undefined],
    ['an actor of a kind to come', ({ actor }) => actor?.workload_identity !== undefined],
    ['an IPv6 address', ({ actor }) => String(actor?.session?.ip_address).includes(':')],
    ['a project', ({ project }) => project !== undefined],
    ['no payload where the reference has one', ({ type, ...rest }) => type === 'api_key.created' && rest[type] === undefined],
    ['a field of which nobody has heard', body => Object.keys(body).some(name => name.startsWith('x_'))],
  ])('has %s', async (_name, is) => {
    const bodies = parsed(await texts({ events: 3_000 }))
    const share = bodies.filter(is).length / bodies.length
    expect(share).toBeGreaterThan(0)
    expect(share).toBeLessThan(0.6)
  })

  test('has texts that are not what parsing and writing them again gives', async () => {
    const fragile = (await texts({ events: 3_000 })).filter(text => JSON.stringify(JSON.parse(text)) !== text)
    expect(fragile.length).toBeGreaterThan(5)
  })

  test('knows only published types unless asked', async () => {
    expect(parsed(await texts({ events: 2_000 })).filter(({ type }) => !isKnownType(type))).toEqual([])
  })
})

test('200,000 events take less than 1 KB of heap each, their texts lie beside it', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  setFlagsFromString('--no-expose-gc')
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  await using simulator = await startSimulator({ events: 200_000, clock: new QuickClock() })
  collectGarbage()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(200_000 * 1_000)
  expect(simulator.ids()).toHaveLength(200_000)
}, 60_000)
