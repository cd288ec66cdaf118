import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
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
