import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { Program } from '../support/program.ts'

const EVENTS = 1500
const root = mkdtempSync(join(tmpdir(), 'destinations-'))
afterAll(() => rmSync(root, { recursive: true }))

function configure(name: string, simulator: Simulator, sinks: object): string {
  const path = join(root, `${name}.yaml`)
  const acme = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '31d', tenant_events: true }
  const journal = { type: 'sqlite', path: join(root, `${name}.db`) }
  writeFileSync(path, JSON.stringify({ journal, sources: { acme }, sinks, service: { admin: { enabled: false } } }))
  return path
}

const history = () => startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000, seed: 21 })
const linesOf = (out: string) => out.split('\n').filter(line => line !== '')

test('every event reaches Splunk once, mapped, with its text unchanged', async () => {
  await using simulator = await history()
  await using hec = await startHecDouble('t')
  const config = configure('accepting', simulator, { splunk: { type: 'splunk_hec', url: hec.url, token: 't' } })
  await using program = new Program(['run', '-c', config, '--once'])
  const { code } = await program.end()
  expect(code).toBe(0)
  const originals = hec.events.map(({ event }) => (event as { event: { original: string } }).event.original)
  expect(originals.sort()).toEqual([...simulator.events()].sort())
})

// Goal: a destination that is away delays its own events, loses none, and holds up nobody else.
test('while one sink is refused the other gets everything, and afterwards so does the first', async () => {
  await using simulator = await history()
  await using hec = await startHecDouble('t')
  hec.mode = 'busy'
  const sinks = {
    splunk: { type: 'splunk_hec', url: hec.url, token: 't', retry: { initial: '100ms', max: '500ms' } },
    out: { type: 'stdout', format: 'raw' },
  }
  await using program = new Program(['run', '-c', configure('busy', simulator, sinks)])
  await program.until(out => linesOf(out).length === EVENTS)
  await program.until((_, err) => err.includes('Server is busy'))
  expect(hec.events).toHaveLength(0)
  hec.mode = 'accept'
  await program.until(() => hec.events.length >= EVENTS)
  program.signal('SIGTERM')
  expect((await program.end()).code).toBe(0)
  expect(new Set(hec.events.map(({ fields }) => fields.event_id))).toEqual(new Set(simulator.ids()))
})

// Goal: invariants 4 and 6, and no restart for a corrected token.
test('a wrong token blocks the sink until its file is corrected; nothing is dropped', async () => {
  await using simulator = await history()
  await using hec = await startHecDouble('right')
  const tokenFile = join(root, 'token')
  writeFileSync(tokenFile, 'wrong-secret\n')
  const config = configure('token', simulator, { splunk: { type: 'splunk_hec', url: hec.url, token: `\${file:${tokenFile}}` } })
  await using program = new Program(['run', '-c', config])
  await program.until((_, err) => err.includes('"blocked"') || err.includes('blocked'))
  expect(hec.events).toHaveLength(0)
  for (const part of [tokenFile, hec.url, 'Invalid token']) expect(program.err).toContain(part)
  writeFileSync(`${tokenFile}.new`, 'right')
  renameSync(`${tokenFile}.new`, tokenFile)
  await program.until(() => hec.events.length >= EVENTS)
  program.signal('SIGTERM')
  const { code, err } = await program.end()
  expect(code).toBe(0)
  expect(err).not.toContain('wrong-secret')
  expect(new Set(hec.events.map(({ fields }) => fields.event_id))).toEqual(new Set(simulator.ids()))
})

test('refused events become dead letters with the reason, and the others are delivered', async () => {
  await using simulator = await history()
  await using hec = await startHecDouble('t')
  const refused = simulator.ids().filter((_, n) => n % 500 === 7)
  for (const id of refused) hec.refused.add(id)
  const config = configure('refused', simulator, {
    splunk: { type: 'splunk_hec', url: hec.url, token: 't', retry: { initial: '100ms', max: '500ms' } },
  })
  await using program = new Program(['run', '-c', config, '--once'])
  expect((await program.end()).code).toBe(0)
  await using list = new Program(['dead-letters', 'list', '-c', config, '--json'])
  const { out } = await list.end()
  expect(refused.every(id => out.includes(id))).toBe(true)
  expect(out).toContain('Invalid data format')
  const delivered = new Set(hec.events.map(({ fields }) => fields.event_id))
  expect(delivered).toEqual(new Set(simulator.ids()).difference(new Set(refused)))
})
