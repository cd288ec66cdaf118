import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { LogEvent } from '../core/event.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { startSimulator } from '../simulator/simulator.ts'
import { systemClock } from '../toolkit/clock.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const LIMITS = { sinks: [], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }

// Goal: a key that is not let in is told; to go on asking would look like a comparison that takes long.
test('a comparison with an API that does not let us in ends with its reason', async () => {
  await using simulator = await startSimulator({ events: 3, key: 'right' })
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER })
    const sealed = { fromS: 0, toS: 60, sealedAtMs: 60_000, events: 0, repeats: 0, late: 0, digest: '' }
    await journal.append(
      { source: 'acme', stream: 'organization' },
      { events: [], position: 1, sealed: [sealed] },
      new AbortController().signal,
    )
  }
  const config = join(folder.path, 'tailrace.yaml')
  const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'wrong' }
  writeFileSync(config, JSON.stringify({ journal: { path }, sources: { acme: source }, sinks: { out: { type: 'stdout' } } }))
  const { code, err } = await cli(['verify', '--against-api', '-c', config])
  expect(code).toBe(69)
  expect(err).toContain('Incorrect API key provided')
})

test('what came before the first window or after the last, or is beyond the retention, is no difference', async () => {
  const nowS = Math.floor(Date.now() / 1000)
  await using simulator = await startSimulator({ events: 0 })
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  const key = { source: 'acme', stream: 'organization' }
  {
    const context = { clock: systemClock, logger: quiet, meter: SILENT_METER }
    await using journal = await openSqliteJournal({ path, ...LIMITS, retentionBytesMax: 1 }, context)
    for (let minute = 5; minute > 0; minute--) {
      const fromS = nowS - minute * 60
      const text = { id: `e${minute}`, type: 'login.failed', effective_at: fromS }
      simulator.add(text)
      const event = new LogEvent({ ...key, id: text.id, timeMs: fromS * 1000, receivedMs: nowS * 1000, text: JSON.stringify(text) })
      const sealed = { fromS, toS: fromS + 60, sealedAtMs: nowS * 1000, events: 1, repeats: 0, late: 0, digest: '' }
      await journal.append(key, { events: [event], position: minute, sealed: [sealed] }, new AbortController().signal)
    }
    expect((await journal.stats()).events).toBeLessThan(5)
  }
  simulator.add({ id: 'before', type: 'login.failed', effective_at: nowS - 3600 })
  const config = join(folder.path, 'tailrace.yaml')
  const source = { type: 'openai_audit', base_url: simulator.url, api_key: 'k' }
  writeFileSync(config, JSON.stringify({ journal: { path }, sources: { acme: source }, sinks: { out: { type: 'stdout' } } }))
  const verify = (...range: string[]) => cli(['verify', '--against-api', '-c', config, '--json', ...range])
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining('"differences":[],"notes":[]}\n') as string })
  simulator.add({ id: 'since', type: 'login.failed', effective_at: nowS })
  expect((await verify('--to', new Date((nowS + 60) * 1000).toISOString())).out).not.toContain('since')
  simulator.add({ id: 'missed', type: 'login.failed', effective_at: nowS - 100 })
  expect(await verify()).toMatchObject({ code: 2, out: expect.stringMatching(/does not hold 1 events: missed"/) as string })
  expect((await verify('--from', '2h')).out).toMatch(/never listed.*does not hold 2 events: before, missed"/)
})

// Goal: with the key of another organization everything looks as if it were missing.
test.each([
  ['other', 69, ''],
  ['acme', 2, 'does not hold 1 events: theirs'],
])('a comparison with the log of %s, where the journal holds that of acme, ends with %i', async (organization, code, found) => {
  const nowS = Math.floor(Date.now() / 1000)
  await using server = createServer((_, response) => {
    const data = [{ id: 'theirs', type: 'login.failed', effective_at: nowS - 100 }]
    response.writeHead(200, { 'content-type': 'application/json', 'openai-organization': organization })
    response.end(JSON.stringify({ data, has_more: false }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER })
    const sealed = { fromS: nowS - 300, toS: nowS, sealedAtMs: nowS * 1000, events: 0, repeats: 0, late: 0, digest: '' }
    const position = { start: nowS - 300, frontier: nowS, segments: [], organization: 'acme' }
    await journal.append(
      { source: 'acme', stream: 'organization' },
      { events: [], position, sealed: [sealed] },
      new AbortController().signal,
    )
  }
  const config = join(folder.path, 'tailrace.yaml')
  const source = { type: 'openai_audit', base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, api_key: 'k' }
  writeFileSync(config, JSON.stringify({ journal: { path }, sources: { acme: source }, sinks: { out: { type: 'stdout' } } }))
  const result = await cli(['verify', '--against-api', '-c', config])
  expect(result).toMatchObject({ code, out: expect.stringContaining(found) as string })
  expect(result.err.includes('nothing was compared')).toBe(code === 69)
})
