import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type DatadogDouble, startDatadogDouble } from '../doubles/datadog.ts'
import { Program } from '../support/program.ts'

const EVENTS = 1500
const root = mkdtempSync(join(tmpdir(), 'datadog-'))
afterAll(() => rmSync(root, { recursive: true }))

function configure(name: string, simulator: Simulator, datadog: DatadogDouble, settings: object = {}): string {
  const path = join(root, `${name}.yaml`)
  const acme = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '31d', tenant_events: true }
  const sink = { type: 'datadog', url: datadog.url, api_key: 'key', retry: { initial: '100ms', max: '500ms' }, ...settings }
  const journal = { type: 'sqlite', path: join(root, `${name}.db`) }
  writeFileSync(path, JSON.stringify({ journal, sources: { acme }, sinks: { datadog: sink }, service: { admin: { enabled: false } } }))
  return path
}

const history = () => startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000, seed: 22 })
const originalOf = ({ openai }: JsonObject) => ((openai as JsonObject).audit as JsonObject).original as string

// Goal: most of the events are older than what Datadog takes a date of, and all of them have to be kept.
test('every event of a month reaches Datadog once, with its text unchanged, and none is dropped for its date', async () => {
  await using simulator = await history()
  await using datadog = await startDatadogDouble('key')
  await using program = new Program(['run', '-c', configure('accepting', simulator, datadog), '--once'])
  expect((await program.end()).code).toBe(0)
  expect(datadog.lost).toEqual([])
  expect(datadog.logs.map(({ log }) => originalOf(log)).sort()).toEqual([...simulator.events()].sort())
  const dated = datadog.logs.filter(({ log }) => log.date !== undefined)
  expect(dated.length).toBeGreaterThan(0)
  expect(dated.length).toBeLessThan(EVENTS / 2)
})

test('logs that are refused become dead letters with the words of the answer, and the others are delivered', async () => {
  await using simulator = await history()
  await using datadog = await startDatadogDouble('key')
  const refused = simulator.ids().filter((_, n) => n % 500 === 7)
  for (const id of refused) datadog.refused.add(id)
  const config = configure('refused', simulator, datadog, { format: 'ocsf', compression: 'zstd' })
  await using program = new Program(['run', '-c', config, '--once'])
  expect((await program.end()).code).toBe(0)
  await using list = new Program(['dead-letters', 'list', '-c', config, '--json'])
  const { out } = await list.end()
  expect(refused.every(id => out.includes(id))).toBe(true)
  expect(out).toContain('Invalid log')
  const delivered = datadog.logs.map(({ id }) => id)
  expect(new Set(delivered)).toEqual(new Set(simulator.ids()).difference(new Set(refused)))
  expect(datadog.logs.every(({ log }) => typeof (log.ocsf as JsonObject).class_uid === 'number')).toBe(true)
})

test('check tells a wrong key and what to do, and sends no log', async () => {
  await using simulator = await history()
  await using datadog = await startDatadogDouble('another')
  await using program = new Program(['check', '-c', configure('check', simulator, datadog)])
  const { code, out } = await program.end()
  expect([code, out]).toEqual([69, expect.stringContaining('API key is invalid')])
  expect(datadog.logs).toEqual([])
})

// Goal: invariants 4 and 6, and no restart for a corrected key.
test('a wrong key blocks the sink until its file is corrected; nothing is dropped', async () => {
  await using simulator = await history()
  await using datadog = await startDatadogDouble('right')
  const file = join(root, 'key')
  writeFileSync(file, 'wrong-secret\n')
  const config = configure('key', simulator, datadog, { api_key: `\${file:${file}}` })
  await using program = new Program(['run', '-c', config])
  await program.until((_, err) => err.includes('API key is invalid'))
  expect(datadog.logs).toHaveLength(0)
  writeFileSync(`${file}.new`, 'right')
  renameSync(`${file}.new`, file)
  await vi.waitUntil(() => datadog.logs.length >= EVENTS, { timeout: 60_000 })
  program.signal('SIGTERM')
  const { code, err } = await program.end()
  expect([code, err]).toEqual([0, expect.not.stringContaining('wrong-secret')])
  expect(new Set(datadog.logs.map(({ id }) => id))).toEqual(new Set(simulator.ids()))
})
