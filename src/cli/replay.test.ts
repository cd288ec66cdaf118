import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { event } from '../../test/support/events.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

const START_MS = Date.UTC(2026, 0, 1)
const HOUR_MS = 3_600_000

let folder: string
let path: string
let config: string

/** Six events, at the begin of three hours and a second later; `splunk` and `lake` have been sent those of the first hour. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'))
  path = join(folder, 'journal.db')
  config = join(folder, 'tailrace.yaml')
  const sinks = { splunk: { type: 'stdout', batch: { timeout: '1m' } }, lake: { type: 's3', bucket: 'b', batch: { timeout: '1h' } } }
  const sources = { acme: { type: 'openai_audit', api_key: 'k' } }
  writeFileSync(config, JSON.stringify({ journal: { path }, sources, sinks: { ...sinks, later: { type: 'stdout' } } }))
  await using journal = await opened()
  for (const n of [0, 1, 2]) {
    const events = [0, 1000].map(ms => event(`e${n}-${ms}`, START_MS + n * HOUR_MS + ms))
    await journal.append({ source: 'acme', stream: 'organization' }, { events, position: { n }, sealed: [] }, new AbortController().signal)
  }
  for (const sink of ['splunk', 'lake']) await journal.saveSinkPosition(sink, await journal.positionAt(START_MS + HOUR_MS))
})
afterEach(() => rmSync(folder, { recursive: true }))

const opened = () =>
  openSqliteJournal(
    { path, sinks: ['splunk', 'lake'], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 },
    { clock: systemClock, logger: { debug() {}, info() {}, warn() {}, error() {} }, meter: SILENT_METER },
  )
const replay = (...args: string[]) => cli(['replay', ...args, '-c', config])
const replayWithout = (...args: string[]) => cli(['replay', ...args, '--journal', path])

test('replay moves a sink back, and nothing is removed by it', async () => {
  const { code, err } = await replayWithout('--sink', 'splunk', '--from', '2026-01-01')
  expect([code, err]).toEqual([0, 'splunk will be sent 6 events, the oldest received 2026-01-01T00:00:00.000Z\n'])
  expect(await replay('--sink', 'none', '--from', '1h')).toMatchObject({ code: 66 })
  expect(await replayWithout('--sink', 'later', '--from', '1h')).toMatchObject({ code: 66 })
  expect(await replay('--sink', 'splunk')).toMatchObject({ code: 64 })
})

test('a replay of a sink that takes stretches of time begins with one', async () => {
  const within = '2026-01-01T00:00:00.500Z'
  expect((await replay('--sink', 'splunk', '--from', within)).err).toContain('splunk will be sent 5 events')
  // The journal alone does not tell.
  expect((await replayWithout('--sink', 'lake', '--from', within)).err).toContain('lake will be sent 5 events')
  expect((await replay('--sink', 'lake', '--from', within)).err).toContain('lake will be sent 6 events')
})

test('an event that was received before those ahead of it, and waits, keeps none of them from a replay', async () => {
  await using journal = await opened()
  const late = [event('listed for long', START_MS)]
  await journal.append({ source: 'acme', stream: 'tenant' }, { events: late, position: {}, sealed: [] }, new AbortController().signal)
  await journal.saveSinkPosition('splunk', 6)
  await journal[Symbol.asyncDispose]()
  const { code, err } = await replay('--sink', 'splunk', '--from', '2026-01-01T02:00:00Z')
  expect([code, err]).toEqual([0, 'splunk will be sent 3 events, the oldest received 2026-01-01T02:00:00.000Z\n'])
})

test.each(['2026-01-01T02:00:00Z', '0s'])('a replay from %s leaves out nothing that the sink has not been sent', async from => {
  const { code, err } = await replay('--sink', 'splunk', '--from', from)
  expect([code, err]).toEqual([0, 'splunk stays where it is: it will be sent 4 events, the oldest received 2026-01-01T01:00:00.000Z\n'])
  const { sinks } = JSON.parse((await cli(['state', 'show', '--json', '-c', config])).out) as { sinks: Record<string, unknown> }
  expect(sinks.splunk).toBe(2)
})

test.each([
  ['2026-01-01T02:00:00Z', 'later will be sent 2 events, the oldest received 2026-01-01T02:00:00.000Z\n'],
  ['0s', 'later will be sent 0 events\n'],
])('a configured sink without a position begins where a replay from %s puts it', async (from, said) => {
  const { code, err } = await replay('--sink', 'later', '--from', from)
  expect([code, err]).toEqual([0, said])
})
