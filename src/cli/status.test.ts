import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { contextWith, KEY, LIMITS, never } from '../../test/support/journals.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

test('status tells of a source that has never been let in, which the journal does not know', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'status-'))
  const path = join(folder, 'journal.db')
  const since = '2026-01-01T00:00:00.000Z'
  const components = [
    { component: 'out', state: 'running', since, waiting: 0 },
    { component: 'acme/organization', state: 'blocked', since, reason: 'Incorrect API key provided.' },
  ]
  await using run = createServer((_request, response) => void response.writeHead(503).end(JSON.stringify({ ready: false, components })))
  await once(run.listen(0, '127.0.0.1'), 'listening')
  const limits = { sinks: ['out'], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  await using _ = await openSqliteJournal({ path, ...limits }, { clock: systemClock, logger, meter: SILENT_METER })
  const config = join(folder, 'tailrace.yaml')
  const service = { admin: { listen: `127.0.0.1:${(run.address() as AddressInfo).port}` } }
  const parts = {
    service,
    journal: { path },
    sources: { acme: { type: 'openai_audit', api_key: 'k' } },
    sinks: { out: { type: 'stdout' } },
  }
  writeFileSync(config, JSON.stringify(parts))
  const { out } = await cli(['status', '--json', '-c', config])
  expect(JSON.parse(out)).toMatchObject({
    running: true,
    components: [
      { component: 'acme/organization', state: 'blocked', reason: 'Incorrect API key provided.' },
      { component: 'out', state: 'running', waiting: 0 },
    ],
  })
  rmSync(folder, { recursive: true })
})

test('status tells how many dead letters wait, those of a sink that is gone too', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  const config = join(folder.path, 'tailrace.yaml')
  const parts = {
    journal: { path },
    service: { admin: { enabled: false } },
    sources: { acme: { type: 'openai_audit', api_key: 'k' } },
    sinks: { splunk: { type: 'stdout' }, lake: { type: 'stdout' } },
  }
  writeFileSync(config, JSON.stringify(parts))
  await using journal = await openSqliteJournal({ path, ...LIMITS }, contextWith())
  const unreadable = ['7', 'null'].map(text => ({ text, reason: 'no object' }))
  await journal.append(KEY, { events: [], position: 1, unreadable }, never)
  const letter = { ...KEY, component: 'splunk', eventId: 'e', reason: 'too large', atMs: 5, timeMs: 0, receivedMs: 0, text: '{}' }
  await journal.addDeadLetters([letter, { ...letter, stream: 'tenant' }, { ...letter, component: 'gone' }])
  const { components } = JSON.parse((await cli(['status', '--json', '-c', config])).out) as { components: Record<string, unknown>[] }
  const told = components.map(({ component, dead_letters }) => `${String(component)} ${String(dead_letters)}`)
  expect(told).toEqual(['acme/organization 2', 'splunk 2', 'lake 0', 'gone 1'])
  const { out } = await cli(['status', '-c', config])
  expect(out).toMatch(/oldest +dead letters +reason/)
  expect(out).toMatch(/^gone +- +1 *$/m)
})
