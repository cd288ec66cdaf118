import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { Program } from '../support/program.ts'
import { smallDisk } from './small_disk.ts'

const linesOf = (out: string) => out.split('\n').filter(line => line !== '')
const idOf = (line: string) => (JSON.parse(line) as { id: string }).id

/** Writes until there is no room, beside a program that writes too. */
function fill(path: string): void {
  const pieceBytes = 64 * 1024
  try {
    for (;;) appendFileSync(path, Buffer.alloc(pieceBytes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

// Goal: the source waits while the disk under the journal is full, says so, goes on by itself, and misses nothing.
test('a disk that is full for a while costs no event and no restart', async () => {
  using disk = smallDisk(64)
  await using simulator = await startSimulator({ events: 1000, historyMs: 86_400_000, ratePerSecond: 100, seed: 41 })
  const config = join(disk.path, 'tailrace.yaml')
  const acme = { type: 'openai_audit', base_url: simulator.url, api_key: 'k', start: '2d', tenant_events: true, poll_interval: '300ms' }
  const sinks = { out: { type: 'stdout', format: 'raw', batch: { timeout: '50ms' } } }
  const journal = { type: 'sqlite', path: join(disk.path, 'journal.db') }
  writeFileSync(config, JSON.stringify({ journal, sources: { acme }, sinks, service: { admin: { enabled: false } } }))
  await using program = new Program(['run', '-c', config])
  await program.until(out => linesOf(out).length >= 1000)
  const ballast = join(disk.path, 'ballast')
  fill(ballast)
  await program.until((_, err) => /no room on the disk/.test(err))
  const atFull = linesOf(program.out).length
  await pause(10_000)
  expect(program.hasEnded).toBe(false)
  rmSync(ballast)
  const held = simulator.ids().length
  expect(held).toBeGreaterThan(atFull)
  await program.until(out => linesOf(out).length >= held)
  program.signal('SIGTERM')
  const { code, out } = await program.end()
  expect(code).toBe(0)
  const ids = linesOf(out).map(idOf)
  const stopS = Math.floor(Date.now() / 1000) - 5
  const due = simulator.events().filter(text => (JSON.parse(text) as { effective_at: number }).effective_at < stopS)
  expect([...new Set(due.map(idOf)).difference(new Set(ids))]).toEqual([])
  expect(ids.length).toBe(new Set(ids).size)
})
