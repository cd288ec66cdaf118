import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { parseFaults } from '../../src/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { Program } from '../support/program.ts'
import { Random } from '../support/random.ts'

// The full size, in some minutes: TAILRACE_TEST_EVENTS=100000 TAILRACE_TEST_KILLS=50 npx vitest run --project e2e test/e2e/ship.test.ts
const EVENTS = Number(process.env.TAILRACE_TEST_EVENTS ?? 4000)
const KILLS = Number(process.env.TAILRACE_TEST_KILLS ?? 8)
const HISTORY_MS = 30 * 86_400_000
/** How far apart the kills are, in lines. */
const LINES_MAX = Math.ceil((EVENTS * 1.2) / KILLS)

const root = mkdtempSync(join(tmpdir(), 'ship-'))
afterAll(() => rmSync(root, { recursive: true }))

/** The lists of the API, by the type of the source that reads each; `seconds` is the field with a record's time. */
const LISTS = [
  {
    type: 'openai_audit',
    settings: { tenant_events: true },
    other: 'openai_organization_logs',
    textsIn: (simulator: Simulator) => simulator.events(),
    seconds: 'effective_at',
    seed: 10,
  },
  {
    type: 'openai_organization_logs',
    settings: {},
    other: 'openai_audit',
    textsIn: (simulator: Simulator) => simulator.logs(),
    seconds: 'created_at',
    seed: 20,
  },
] as const

const linesOf = (out: string) => out.split('\n').filter(line => line !== '')
const idOf = (line: string) => (JSON.parse(line) as { id: string }).id
/** A line that a kill cut off was never acknowledged, and comes again. */
const wholeLinesOf = (out: string) => out.slice(0, out.lastIndexOf('\n') + 1)

describe.each(LISTS)('$type', ({ type, settings, other, textsIn, seconds, seed }) => {
  function configure(name: string, simulator: Simulator, more: object = {}): string {
    const path = join(root, `${type}-${name}.yaml`)
    const api = { base_url: simulator.url, api_key: 'k' }
    const list = { type, ...api, start: '31d', poll_interval: '300ms', sweep_interval: '1s', ...settings }
    const config = {
      journal: { type: 'sqlite', path: join(root, `${type}-${name}.db`) },
      sources: { list, ...more },
      sinks: { out: { type: 'stdout', inputs: ['list'], format: 'raw', batch: { timeout: '50ms', events_max: 100 } } },
      service: { admin: { enabled: false } },
    }
    writeFileSync(path, JSON.stringify(config))
    return path
  }
  const idsIn = (simulator: Simulator) => textsIn(simulator).map(idOf)

  test('the whole history arrives once, byte for byte (invariant 3), beside another source, and nothing of it is missing', async () => {
    await using simulator = await startSimulator({ events: EVENTS, historyMs: HISTORY_MS, seed: seed + 1 })
    const beside = { type: other, base_url: simulator.url, api_key: 'k', start: '1d' }
    const config = configure('history', simulator, { beside })
    await using program = new Program(['run', '-c', config, '--once'])
    const { code, out } = await program.end()
    expect(code).toBe(0)
    const lines = textsIn(simulator).map(text => text.replaceAll('\n', ' '))
    expect(linesOf(out).sort()).toEqual(lines.sort())
    await using verify = new Program(['verify', '-c', config, '--digests', '--against-api'])
    expect((await verify.end()).code).toBe(0)
  })

  // Goal: an API that is wrong in every way at once costs time and no event.
  test('with every fault switched on the ids are those of the API', { timeout: 1_800_000 }, async () => {
    const faults = parseFaults('all')
    await using simulator = await startSimulator({
      events: EVENTS,
      historyMs: HISTORY_MS,
      seed: seed + 2,
      faults,
      retryAfterLongS: 2,
      slowAnswerMaxMs: 300,
    })
    await using program = new Program(['run', '-c', configure('faults', simulator), '--once'])
    const { code, out } = await program.end()
    const ids = linesOf(out).map(idOf)
    expect(code).toBe(0)
    expect(new Set(idsIn(simulator)).difference(new Set(ids))).toEqual(new Set())
    expect(ids.length).toBe(new Set(ids).size)
  })

  // Goal: a kill at any moment loses nothing, and repeats no more than what was in flight.
  test(`after ${KILLS} kills everything has arrived`, { timeout: 1_800_000 }, async () => {
    await using simulator = await startSimulator({
      events: EVENTS,
      historyMs: HISTORY_MS,
      seed: seed + 3,
      latencyMs: 20,
      ratePerSecond: 20,
    })
    const config = configure('kills', simulator)
    const random = new Random(seed + 3)
    const arrived: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const program = new Program(['run', '-c', config])
      const before = simulator.counts().requests
      const lines = random.int(0, LINES_MAX)
      await program.until(out => linesOf(out).length >= lines || simulator.counts().requests - before > 40 + LINES_MAX / 50)
      program.signal('SIGKILL')
      arrived.push(...linesOf(wholeLinesOf((await program.end()).out)))
    }
    const untilS = Math.floor(Date.now() / 1000) - 5 // What comes while the last run goes on is not its business.
    await using last = new Program(['run', '-c', config, '--once'])
    const { code, out } = await last.end()
    arrived.push(...linesOf(out))
    expect(code).toBe(0)
    const ids = arrived.map(idOf)
    const due = textsIn(simulator).filter(text => (JSON.parse(text) as Record<typeof seconds, number>)[seconds] < untilS)
    expect(new Set(due.map(idOf)).difference(new Set(ids))).toEqual(new Set())
    expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(KILLS * 5000)
  })

  test('SIGTERM ends it with 0, and the next run goes on without a repeat', async () => {
    await using simulator = await startSimulator({ events: 500, historyMs: HISTORY_MS, seed: seed + 4 })
    const config = configure('stop', simulator)
    const first = new Program(['run', '-c', config])
    await first.until(out => linesOf(out).length >= 100)
    first.signal('SIGTERM')
    const stopped = await first.end()
    await using second = new Program(['run', '-c', config, '--once'])
    const { out } = await second.end()
    expect(stopped.code).toBe(0)
    expect([...linesOf(stopped.out), ...linesOf(out)].map(idOf).sort()).toEqual(idsIn(simulator).sort())
  })
})
