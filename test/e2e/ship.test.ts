import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
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

function configure(name: string, simulator: Simulator): string {
  const path = join(root, `${name}.yaml`)
  const config = {
    journal: { type: 'sqlite', path: join(root, `${name}.db`) },
    sources: {
      acme: {
        type: 'openai_audit',
        base_url: simulator.url,
        api_key: 'k',
        start: '31d',
        tenant_events: true,
        poll_interval: '300ms',
        sweep_interval: '1s',
      },
    },
    sinks: { out: { type: 'stdout', format: 'raw', batch: { timeout: '50ms', events_max: 100 } } },
    service: { admin: { enabled: false } },
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

const linesOf = (out: string) => out.split('\n').filter(line => line !== '')
const idOf = (line: string) => (JSON.parse(line) as { id: string }).id
/** A line that a kill cut off was never acknowledged, and comes again. */
const wholeLinesOf = (out: string) => out.slice(0, out.lastIndexOf('\n') + 1)

test('the whole history arrives once, byte for byte (invariant 3), and --once ends with 0', async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: HISTORY_MS, seed: 11 })
  await using program = new Program(['run', '-c', configure('history', simulator), '--once'])
  const { code, out } = await program.end()
  expect(code).toBe(0)
  expect(linesOf(out).sort()).toEqual(
    simulator
      .events()
      .map(text => text.replaceAll('\n', ' '))
      .sort(),
  )
})

// Goal: an API that is wrong in every way at once costs time and no event.
test('with every fault switched on the ids are those of the API', { timeout: 1_800_000 }, async () => {
  const faults = parseFaults('all')
  await using simulator = await startSimulator({
    events: EVENTS,
    historyMs: HISTORY_MS,
    seed: 12,
    faults,
    retryAfterLongS: 2,
    slowAnswerMaxMs: 300,
  })
  await using program = new Program(['run', '-c', configure('faults', simulator), '--once'])
  const { code, out } = await program.end()
  const ids = linesOf(out).map(idOf)
  expect(code).toBe(0)
  expect(new Set(simulator.ids()).difference(new Set(ids))).toEqual(new Set())
  expect(ids.length).toBe(new Set(ids).size)
})

// Goal: a kill at any moment loses nothing, and repeats no more than what was in flight.
test(`after ${KILLS} kills everything has arrived`, { timeout: 1_800_000 }, async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: HISTORY_MS, seed: 13, latencyMs: 20, ratePerSecond: 20 })
  const config = configure('kills', simulator)
  const random = new Random(13)
  const arrived: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const program = new Program(['run', '-c', config])
    const before = simulator.counts().requests
    const lines = random.int(0, LINES_MAX)
    await program.until(out => linesOf(out).length >= lines || simulator.counts().requests - before > 40 + LINES_MAX / 50)
    program.signal('SIGKILL')
    arrived.push(...linesOf(wholeLinesOf((await program.end()).out)))
  }
  const untilS = Math.floor(Date.now() / 1000) - 5
  await using last = new Program(['run', '-c', config, '--once'])
  const { code, out } = await last.end()
  arrived.push(...linesOf(out))
  expect(code).toBe(0)
  const ids = arrived.map(idOf)
  const due = simulator.events().filter(text => (JSON.parse(text) as { effective_at: number }).effective_at < untilS)
  expect(new Set(due.map(idOf)).difference(new Set(ids))).toEqual(new Set())
  expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(KILLS * 5000)
})

test('SIGTERM ends it with 0, and the next run goes on without a repeat', async () => {
  await using simulator = await startSimulator({ events: 500, historyMs: HISTORY_MS, seed: 14 })
  const config = configure('stop', simulator)
  const first = new Program(['run', '-c', config])
  await first.until(out => linesOf(out).length >= 100)
  first.signal('SIGTERM')
  const stopped = await first.end()
  await using second = new Program(['run', '-c', config, '--once'])
  const { out } = await second.end()
  expect(stopped.code).toBe(0)
  expect([...linesOf(stopped.out), ...linesOf(out)].map(idOf).sort()).toEqual([...simulator.ids()].sort())
})
