import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'

const LIMITS = { sinks: [], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const fromS = Date.UTC(2026, 0, 1) / 1000
/** The first hour of the year. */
const SEALED = { fromS, toS: fromS + 3600, sealedAtMs: (fromS + 3600) * 1000, events: 0, repeats: 0, late: 0, digest: '' }

/** A journal in which that hour was listed. */
async function journalIn(folder: string): Promise<string> {
  const path = join(folder, 'journal.db')
  const context = { clock: new VirtualClock(fromS * 1000), logger: quiet, meter: SILENT_METER }
  await using journal = await openSqliteJournal({ path, ...LIMITS }, context)
  const key = { source: 'acme', stream: 'organization' }
  await journal.append(key, { events: [], position: 1, sealed: [SEALED] }, new AbortController().signal)
  return path
}

test.each([
  ['2026-01-01T01:00:00Z', '2026-01-01', 64],
  ['2026-01-01', '2026-01-01', 64],
  ['2026-01-01T00:30:00.5Z', '2026-01-01T00:59:59.5Z', 0],
  ['2026-01-01T00:30:00Z', '2026-01-01T01:00:00.5Z', 2],
])('verify of a range from %s to %s', async (from, to, code) => {
  using folder = temporaryFolder()
  const path = await journalIn(folder.path)
  expect(await cli(['verify', '--journal', path, '--from', from, '--to', to])).toMatchObject({ code })
})

test('a range in which nothing was listed is told as such, and not as if nothing ever was', async () => {
  using folder = temporaryFolder()
  const path = await journalIn(folder.path)
  const { code, out } = await cli(['verify', '--journal', path, '--from', '2026-02-01'])
  expect([code, out.split('\n').slice(2)]).toEqual([2, ['acme/organization: no window of this range was listed to its end', '']])
})
