import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const AT_S = NOW_MS / 1000 - 600
const TIMED = { id: 'timed', type: 'login.failed', effective_at: AT_S }
const TIMELESS = { id: 'timeless', type: 'login.failed', effective_at: 'soon' }

afterEach(() => void vi.useRealTimers())

// Goal: a record that does not say when it happened is of the time of each listing, which is no event that is missing.
test('an event without a readable time is no difference of the journal, however often it is listed', async () => {
  using folder = temporaryFolder()
  const server = createServer(({ url = '' }, answer) => {
    answer.sendDate = false // Node remembers the moment.
    const query = new URL(url, 'http://x').searchParams
    const isAsked = Number(query.get('effective_at[gte]')) <= AT_S && Number(query.get('effective_at[lt]') ?? Infinity) > AT_S
    answer.end(JSON.stringify({ data: [...(isAsked ? [TIMED] : []), TIMELESS], has_more: false }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const config = join(folder.path, 't.yaml')
  const source = { type: 'openai_audit', api_key: 'k', base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, start: '1h' }
  const sinks = { out: { type: 'file', path: join(folder.path, 'out.ndjson') } }
  const sections = {
    journal: { path: join(folder.path, 'j.db') },
    service: { admin: { enabled: false } },
    sources: { acme: source },
    sinks,
  }
  writeFileSync(config, JSON.stringify(sections))
  for (const nowMs of [NOW_MS, NOW_MS + 300_000]) {
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs })
    expect(await cli(['run', '--once', '-c', config])).toMatchObject({ code: 0 })
  }
  vi.setSystemTime(NOW_MS + 600_000)
  const { code, out } = await cli(['verify', '--digests', '--against-api', '--json', '-c', config])
  expect([code, JSON.parse(out)]).toMatchObject([0, { streams: [{ events: 2 }], differences: [] }])
  await new Promise(resolve => void server.close(resolve))
})
