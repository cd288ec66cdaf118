import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { contextWith, events, KEY, LIMITS, never, START_MS } from '../../test/support/journals.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { digestOf } from '../paging/digest.ts'

const positionOf = (n: number) => ({ start: 0, frontier: n * 3600, segments: [] })
const STREAM_WANTED = 'is no position of a stream; `tailrace state show --json` prints one as it has to be. Nothing was changed.'

test.each([
  [{ streams: { 'acme/organization': { n: 7 } }, sinks: {} }, `acme/organization: {"n":7} ${STREAM_WANTED}`],
  [{ streams: { 'acme/organization': { start: 1, frontier: 2, segments: [[1, 2]] } }, sinks: {} }, STREAM_WANTED],
  [
    { streams: { 'acme/organization': { ...positionOf(5), frontier: Date.UTC(2026, 0, 1) } }, sinks: {} },
    'times are in seconds since 1970',
  ],
  [
    { streams: { 'acme/organization': positionOf(5) }, sinks: { splunk: 99 } },
    'splunk: 99 is no position of this journal: it counts events, from 0 to 6.',
  ],
  [{ streams: { 'acme/organization': positionOf(5) }, sinks: { splunk: positionOf(5) } }, 'is no position of this journal'],
  [{ streams: { splunk: 2 }, sinks: {} }, 'a stream is named source/stream, a sink has no "/": splunk'],
])('what a run would refuse is refused before anything is changed: %j', async (state, why) => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  const run = (...args: string[]) => cli(['state', ...args, '--journal', path])
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS, sinks: ['splunk'] }, contextWith())
    await journal.append(KEY, { events: events(0, 6), position: positionOf(3) }, never)
    await journal.saveSinkPosition('splunk', 2)
  }
  const file = join(folder.path, 'state.json')
  const before = (await run('export')).out
  writeFileSync(file, JSON.stringify(state))
  expect(await run('import', file)).toMatchObject({ code: 64, err: expect.stringContaining(why) as string })
  const [name, position] = [...Object.entries(state.streams), ...Object.entries(state.sinks)].at(-1)!
  if (!why.includes('is named')) {
    const set = await run('set', name, JSON.stringify(position))
    expect(set).toMatchObject({ code: 64, err: expect.stringContaining(why) as string })
  }
  expect((await run('export')).out).toBe(before)
})

const hour = (from: number, to: number) => ({
  fromS: from * 3600,
  toS: to * 3600,
  sealedAtMs: START_MS,
  events: 0,
  repeats: 0,
  late: 0,
  digest: digestOf([]),
})

test.each([
  ['splunk', 5, '; 3 events that waited for it, the oldest received 2026-01-01T00:00:00.002Z, are not sent to it'],
  ['splunk', 2, ''],
  ['splunk', 0, ''],
  ['acme/organization', positionOf(5), '; what was not listed from 1970-01-01T03:00:00.000Z to 1970-01-01T05:00:00.000Z is passed over'],
  ['acme/organization', { start: 0, frontier: 5 * 3600, segments: [[3 * 3600, 5 * 3600, 0]] }, ''],
  ['acme/organization', positionOf(3), ''],
  ['acme/organization', positionOf(1), ''],
])('what a move of %s to %j passes over is said', async (name, position, passed) => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS, sinks: ['splunk'] }, contextWith())
    await journal.append(KEY, { events: events(0, 6), position: positionOf(3), sealed: [hour(0, 3)] }, never)
    await journal.saveSinkPosition('splunk', 2)
  }
  const said = `${name} is at ${JSON.stringify(position)}${passed}\n`
  const file = join(folder.path, 'state.json')
  const streams = name === 'splunk' ? {} : { [name]: position }
  writeFileSync(file, JSON.stringify({ streams, sinks: name === 'splunk' ? { splunk: position } : {} }))
  const before = join(folder.path, 'before.json')
  await cli(['state', 'export', before, '--journal', path])
  expect(await cli(['state', 'set', name, JSON.stringify(position), '--journal', path])).toMatchObject({ code: 0, err: said })
  await cli(['state', 'import', before, '--journal', path])
  expect(await cli(['state', 'import', file, '--journal', path])).toMatchObject({ code: 0, err: said })
})
