import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'

const EVENTS = 20_000
const PROGRAM = join(import.meta.dirname, '../../bin/tailrace.js')
const root = mkdtempSync(join(tmpdir(), 'pretenuring-'))
afterAll(() => rmSync(root, { recursive: true }))

// Goal: what V8 makes old from its birth keeps events and texts that are done with, 45 MiB of them in a backfill.
test('V8 makes nothing old by a guess', async () => {
  await using simulator = await startSimulator({ events: EVENTS, historyMs: 30 * 86_400_000, seed: 3, limitMax: 1000 })
  const path = join(root, 'tailrace.yaml')
  const config = {
    journal: { type: 'sqlite', path: join(root, 'journal.db') },
    sources: { acme: { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '31d', page_size: 1000 } },
    sinks: { out: { type: 'file', path: join(root, 'out.ndjson') } },
    service: { admin: { enabled: false } },
  }
  writeFileSync(path, JSON.stringify(config))
  const args = ['--trace-pretenuring-statistics', PROGRAM, 'run', '-c', path, '--once']
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 })
  expect(stdout.match(/.*=> tenure/g)).toBeNull()
})
