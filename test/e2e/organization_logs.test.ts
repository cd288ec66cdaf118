import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parseFaults } from '../../src/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { Program } from '../support/program.ts'
import { Random } from '../support/random.ts'

// The full size, in some minutes: TAILRACE_TEST_EVENTS=100000 TAILRACE_TEST_KILLS=50 npx vitest run --project e2e test/e2e/organization_logs.test.ts
const EVENTS = Number(process.env.TAILRACE_TEST_EVENTS ?? 3000)
const KILLS = Number(process.env.TAILRACE_TEST_KILLS ?? 5)
const HISTORY_MS = 30 * 86_400_000

const root = mkdtempSync(join(tmpdir(), 'organization-logs-'))
afterAll(() => rmSync(root, { recursive: true }))

function configure(name: string, simulator: Simulator, more: object = {}): string {
  const path = join(root, `${name}.yaml`)
  const old = {
    type: 'openai_organization_logs',
    base_url: simulator.url,
    api_key: 'k',
    start: '31d',
    poll_interval: '300ms',
    sweep_interval: '1s',
  }
  const config = {
    journal: { type: 'sqlite', path: join(root, `${name}.db`) },
    sources: { old, ...more },
    sinks: { out: { type: 'stdout', inputs: ['old'], format: 'raw', batch: { timeout: '50ms', events_max: 100 } } },
    service: { admin: { enabled: false } },
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

const linesOf = (out: string) => out.split('\n').filter(line => line !== '')
const idOf = (line: string) => (JSON.parse(line) as { id: string }).id
/** A line that a kill cut off was never acknowledged, and comes again. */
const wholeLinesOf = (out: string) => out.slice(0, out.lastIndexOf('\n') + 1)

test('the whole log arrives once, byte for byte (invariant 3), beside another source, and nothing of it is missing', async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: HISTORY_MS, seed: 21 })
  const audit = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '1d' }
  const config = configure('history', simulator, { audit })
  await using program = new Program(['run', '-c', config, '--once'])
  const { code, out } = await program.end()
  expect(code).toBe(0)
  expect(linesOf(out).sort()).toEqual([...simulator.logs()].sort())
  await using verify = new Program(['verify', '-c', config, '--digests', '--against-api'])
  expect((await verify.end()).code).toBe(0)
})

// Goal: an API that is wrong in every way at once costs time and no record.
test('with every fault switched on the ids are those of the API', { timeout: 600_000 }, async () => {
  const faults = parseFaults('all')
  await using simulator = await startSimulator({
    events: EVENTS,
    historyMs: HISTORY_MS,
    seed: 22,
    faults,
    retryAfterLongS: 2,
    slowAnswerMaxMs: 300,
  })
  await using program = new Program(['run', '-c', configure('faults', simulator), '--once'])
  const { code, out } = await program.end()
  const ids = linesOf(out).map(idOf)
  expect(code).toBe(0)
  expect(new Set(simulator.logs().map(idOf)).difference(new Set(ids))).toEqual(new Set())
  expect(ids.length).toBe(new Set(ids).size)
})

// Goal: a kill at any moment loses nothing, and repeats no more than what was in flight.
test(`after ${KILLS} kills everything has arrived`, { timeout: 600_000 }, async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: HISTORY_MS, seed: 23, latencyMs: 20, ratePerSecond: 20 })
  const config = configure('kills', simulator)
  const random = new Random(23)
  const arrived: string[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    const program = new Program(['run', '-c', config])
    const before = simulator.counts().requests
    const lines = random.int(0, EVENTS / KILLS)
    await program.until(out => linesOf(out).length >= lines || simulator.counts().requests - before > 30 + EVENTS / (50 * KILLS))
    program.signal('SIGKILL')
    arrived.push(...linesOf(wholeLinesOf((await program.end()).out)))
  }
  const untilS = Math.floor(Date.now() / 1000) - 5 // What comes while the last run goes on is not its business.
  await using last = new Program(['run', '-c', config, '--once'])
  const { code, out } = await last.end()
  arrived.push(...linesOf(out))
  expect(code).toBe(0)
  const due = simulator.logs().filter(text => (JSON.parse(text) as { created_at: number }).created_at < untilS)
  const ids = arrived.map(idOf)
  expect(new Set(due.map(idOf)).difference(new Set(ids))).toEqual(new Set())
  expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(KILLS * 5000)
})
