import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { LogEvent } from '../core/event.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

const LIMITS = { sinks: [], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const START_S = Date.UTC(2026, 0, 1) / 1000

const session = { type: 'session', session: { user: { id: 'user-1', email: 'ann@example.com' } } }
const named = (id: string) => ({ type: 'user', id, name: 'Bo\nann@example.com\u001b[2K' })
const RECORDS = [
  { id: 'a', type: 'login.failed', effective_at: START_S, actor: session },
  { id: 'b', event: 'login.failed', created_at: START_S, actor: named('user-2') },
  { id: 'c', event: 'login.failed', created_at: START_S, actor: named('user-3') },
]

async function report(...args: string[]): Promise<string> {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER })
    const key = { source: 'acme', stream: 'organization' }
    const times = { timeMs: START_S * 1000, receivedMs: START_S * 1000 }
    const events = RECORDS.map(record => new LogEvent({ ...key, ...times, id: record.id, text: JSON.stringify(record) }))
    await journal.append(key, { events, position: 1 }, new AbortController().signal)
  }
  return (await cli(['report', '--from', '2026-01-01', '--journal', path, ...args])).out
}

test.each([
  ['user-1', 'ann@example.com'],
  ['ANN@', 'ann@example.com'],
  ['user-3', 'user-3'],
])('an actor is found by address and by id: %s', async (actor, shown) => {
  expect(await report('--actor', actor, '--json')).toContain(shown)
})

test('two who share a name stand apart, and no name makes a line of its own', async () => {
  const lines = (await report()).trimEnd().split('\n')
  expect(lines.map(line => line.split('  ')[0])).toEqual([
    'actor',
    'ann@example.com',
    'Bo ann@example.com [2K (user-2)',
    'Bo ann@example.com [2K (user-3)',
  ])
})
