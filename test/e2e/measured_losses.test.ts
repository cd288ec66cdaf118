import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { Program } from '../support/program.ts'
import { Random } from '../support/random.ts'

// The cases in which collectors of audit logs were measured to lose events.

const HISTORY_MS = 30 * 86_400_000
const root = mkdtempSync(join(tmpdir(), 'losses-'))
afterAll(() => rmSync(root, { recursive: true }))

const linesOf = (out: string) =>
  out
    .slice(0, out.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
const idOf = (line: string) => (JSON.parse(line) as { id: string }).id
const missing = (all: readonly string[], arrived: readonly string[]) => [...new Set(all).difference(new Set(arrived))].slice(0, 5)

function configure(name: string, simulator: Simulator, { source = {}, sinks = {} }: { source?: object; sinks?: object } = {}): string {
  const path = join(root, `${name}.yaml`)
  const acme = {
    type: 'openai_audit',
    base_url: simulator.url,
    api_key: 'k',
    start: '31d',
    tenant_events: true,
    poll_interval: '300ms',
    ...source,
  }
  const out = { type: 'stdout', format: 'raw', batch: { timeout: '20ms', events_max: 100 } }
  const journal = { type: 'sqlite', path: join(root, `${name}.db`) }
  const config = { journal, sources: { acme }, sinks: { out, ...sinks }, service: { admin: { enabled: false } } }
  writeFileSync(path, JSON.stringify(config))
  return path
}

test('a destination that refuses for a while, while events go on coming, misses none', async () => {
  await using simulator = await startSimulator({ events: 500, historyMs: HISTORY_MS, ratePerSecond: 80, seed: 31 })
  await using hec = await startHecDouble('t')
  const splunk = {
    type: 'splunk_hec',
    format: 'raw',
    url: hec.url,
    token: 't',
    retry: { initial: '50ms', max: '500ms' },
    batch: { timeout: '50ms' },
  }
  await using program = new Program(['run', '-c', configure('refusing', simulator, { sinks: { splunk } })])
  await program.until(() => hec.events.length > 300)
  hec.mode = 'busy'
  const [atOutage, stored] = [linesOf(program.out).length, hec.events.length]
  await program.until(out => linesOf(out).length > atOutage + 250) // The other sink goes on.
  expect(hec.events).toHaveLength(stored)
  hec.mode = 'accept'
  await program.until(out => hec.events.length >= linesOf(out).length)
  program.signal('SIGTERM')
  const { code, out } = await program.end()
  expect(code).toBe(0)
  const ids = linesOf(out).map(idOf)
  expect(
    missing(
      ids,
      hec.events.map(({ fields }) => fields.event_id ?? ''),
    ),
  ).toEqual([])
  expect(ids.length).toBeGreaterThan(atOutage + 250)
})

test('70 events that are listed 1 to 3,600 seconds late all arrive, once', async () => {
  await using simulator = await startSimulator({ events: 300, historyMs: HISTORY_MS, seed: 32 })
  const random = new Random(32)
  const source = { overlap: '2h', sweep_interval: '1s' }
  await using program = new Program(['run', '-c', configure('late', simulator, { source })])
  await program.until(out => linesOf(out).length >= simulator.ids().length)
  for (let n = 0; n < 70; n++) {
    const lateS = n === 0 ? 1 : n === 69 ? 3600 : random.int(1, 3600)
    simulator.add({ id: `late-${n}`, type: 'login.failed', effective_at: Math.floor(Date.now() / 1000) - lateS })
    if (n % 10 === 9) await program.until(out => linesOf(out).length >= simulator.ids().length)
  }
  program.signal('SIGTERM')
  const { out } = await program.end()
  expect(linesOf(out).map(idOf).sort()).toEqual([...simulator.ids()].sort())
})

test('killed before anything is saved, it begins again at once and misses nothing', async () => {
  await using simulator = await startSimulator({ events: 2000, historyMs: HISTORY_MS, latencyMs: 50, seed: 33 })
  const config = configure('unsaved', simulator)
  const arrived: string[] = []
  for (const requests of [1, 2, 4]) {
    const program = new Program(['run', '-c', config])
    const before = simulator.counts().requests
    while (simulator.counts().requests < before + requests) await pause(1)
    program.signal('SIGKILL')
    arrived.push(...linesOf((await program.end()).out))
  }
  await using last = new Program(['run', '-c', config, '--once'])
  const { code, out } = await last.end()
  expect(code).toBe(0)
  expect(missing(simulator.ids(), [...arrived, ...linesOf(out)].map(idOf))).toEqual([])
})

// Goal: whatever a crash leaves of the files, it goes on or says what to do; and doing that misses nothing.
test('a journal whose files are cut off anywhere loses no event', async () => {
  await using simulator = await startSimulator({ events: 1500, historyMs: HISTORY_MS, latencyMs: 10, seed: 34 })
  const random = new Random(34)
  for (let round = 0; round < 8; round++) {
    const name = `cut-${round}`
    const config = configure(name, simulator)
    const killed = new Program(['run', '-c', config])
    const lines = random.int(1, 1200)
    await killed.until(out => linesOf(out).length >= lines)
    killed.signal('SIGKILL')
    const arrived = linesOf((await killed.end()).out)
    const files = readdirSync(root).filter(file => file.startsWith(`${name}.db`) && statSync(join(root, file)).size > 0)
    const path = join(root, random.pick(files))
    truncateSync(path, random.int(0, statSync(path).size))
    if (random.chance(0.3)) writeFileSync(path, randomBytes(64), { flag: 'a' })
    await using again = new Program(['run', '-c', config, '--once'])
    const first = await again.end()
    arrived.push(...linesOf(first.out))
    if (first.code !== 0) {
      expect(first.err).toContain(`${name}.db`)
      // What the message asks for.
      for (const file of readdirSync(root).filter(file => file.startsWith(`${name}.db`))) rmSync(join(root, file))
      await using anew = new Program(['run', '-c', config, '--once'])
      const { code, out } = await anew.end()
      expect(code).toBe(0)
      arrived.push(...linesOf(out))
    }
    expect(missing(simulator.ids(), arrived.map(idOf))).toEqual([])
  }
})

test('when nothing is new, a poll is one request for each stream', async () => {
  await using simulator = await startSimulator({ events: 400, historyMs: HISTORY_MS, seed: 35 })
  for (let n = 0; n < 250; n++)
    simulator.add({ id: `recent-${n}`, type: 'login.failed', effective_at: Math.floor(Date.now() / 1000) - 600 - n })
  const source = { sweep_interval: '1d', poll_interval: '100ms' }
  await using program = new Program(['run', '-c', configure('quiet', simulator, { source })])
  await program.until(out => linesOf(out).length >= simulator.ids().length)
  const sinceOf = (query: string) => new URLSearchParams(query).get('effective_at[gte]')
  const begin = simulator.requests().length
  while (simulator.requests().length < begin + 40) await pause(20)
  const polls = simulator.requests().slice(begin, begin + 40)
  // No cursor was followed: each request opened a poll.
  expect(polls.filter(({ search }) => search.includes('after=') || search.includes('before='))).toEqual([])
  const tenant = polls.filter(({ search }) => search.includes('tenant_only=true'))
  expect(Math.abs(tenant.length - 20)).toBeLessThanOrEqual(2)
  expect(polls.every(({ search }) => sinceOf(search) !== null)).toBe(true)
})
