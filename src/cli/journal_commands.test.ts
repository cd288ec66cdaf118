import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { event } from '../../test/support/events.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { LogEvent } from '../core/event.ts'
import type { Journal } from '../journal/journal.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { digestOf } from '../paging/digest.ts'
import { SILENT_METER } from '../service/meter.ts'

const KEY = { source: 'acme', stream: 'organization' }
const START_S = Date.UTC(2026, 0, 1) / 1000
const positionOf = (n: number) => ({ start: START_S, frontier: START_S + n * 3600, segments: [] })
const ids = (n: number) => [`w${n}-a`, `w${n}-b`]

let folder: string
let path: string

/** At the time of its windows: those of long ago are forgotten. */
const openHere = () =>
  openSqliteJournal(
    { path, sinks: ['splunk'], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 },
    { clock: new VirtualClock(START_S * 1000), logger: { debug() {}, info() {}, warn() {}, error() {} }, meter: SILENT_METER },
  )

/** The n-th window is the n-th hour and has two events. */
async function appendWindow(journal: Journal, n: number): Promise<void> {
  const fromS = START_S + n * 3600
  const events = ids(n).map((id, index) => event(id, (fromS + index) * 1000))
  const sealed = { fromS, toS: fromS + 3600, sealedAtMs: (fromS + 3600) * 1000, events: 2, repeats: 0, late: 0, digest: digestOf(ids(n)) }
  await journal.append(KEY, { events, position: positionOf(n), sealed: [sealed] }, new AbortController().signal)
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
  path = join(folder, 'journal.db')
  await using journal = await openHere()
  for (const n of [0, 1, 2]) await appendWindow(journal, n)
  await journal.saveSinkPosition('splunk', await journal.positionAt((START_S + 3600) * 1000))
  const letter = {
    component: 'splunk',
    eventId: 'w0-a',
    ...KEY,
    reason: 'too large',
    atMs: 5,
    timeMs: START_S * 1000,
    receivedMs: START_S * 1000,
  }
  await journal.addDeadLetters([{ ...letter, text: '{"id":"w0-a"}' }])
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) => cli([...args, '--journal', path])

test('an export has one event a line, whatever line breaks it was received with', async () => {
  await using journal = await openHere()
  const { source, stream, id, timeMs, receivedMs } = event('broken', START_S * 1000)
  const broken = new LogEvent({ source, stream, id, timeMs, receivedMs, text: '{\n  "id": "broken"\r\n}' })
  await journal.append(KEY, { events: [broken], position: positionOf(9) }, new AbortController().signal)
  const { out } = await run('export')
  expect(out.trimEnd().split('\n')).toHaveLength(7)
  expect(out).toContain('{   "id": "broken"  }\n')
  expect((await run('get', 'broken')).out).toBe(`${broken.text}\n`)
})

test('status tells up to when everything was listed, before what is still to be backfilled', async () => {
  const config = join(folder, 'c.yaml')
  const sections = [
    `journal: {path: "${path}"}`,
    'service: {admin: {enabled: false}}',
    'sources: {acme: {type: openai_audit, api_key: k}}',
    'sinks: {splunk: {type: stdout}}',
  ]
  writeFileSync(config, sections.join('\n'))
  const status = async () => (JSON.parse((await cli(['status', '--json', '-c', config])).out) as { components: object[] }).components
  const hour = (n: number) => new Date((START_S + n * 3600) * 1000).toISOString()
  expect(await status()).toMatchObject([
    { component: 'acme/organization', sealed_to: hour(3) },
    { component: 'splunk', waiting: 4 },
  ])
  await using journal = await openHere()
  await appendWindow(journal, 4)
  expect(await status()).toMatchObject([{ sealed_to: hour(3) }, { waiting: 6 }])
  await appendWindow(journal, 3)
  expect(await status()).toMatchObject([{ sealed_to: hour(5) }, { waiting: 8 }])
})

test('get prints the text as it was received, or says what is not there', async () => {
  expect(await run('get', 'w1-a')).toMatchObject({ code: 0, out: `${event('w1-a', (START_S + 3600) * 1000).text}\n` })
  expect(await run('get', 'nobody')).toMatchObject({ code: 66, out: '', err: expect.stringContaining('nobody') as string })
  expect(await cli(['get', 'x', '--journal', join(folder, 'no.db')])).toMatchObject({ code: 66 })
})

test('export writes a range of time to a file or to standard output', async () => {
  const range = ['--from', '2026-01-01T01:00:00Z', '--to', '2026-01-01T02:00:00Z']
  const { out } = await run('export', ...range)
  expect(
    out
      .trim()
      .split('\n')
      .map(line => (JSON.parse(line) as { id: string }).id),
  ).toEqual(ids(1))
  const file = join(folder, 'out.ndjson')
  expect(await run('export', file, ...range)).toMatchObject({ code: 0, out: '' })
  expect(readFileSync(file, 'utf8')).toBe(out)
  expect(await run('export', '--from', 'yesterday')).toMatchObject({ code: 64 })
  expect(await run('export', '--from', '1h', '--to', '2h')).toMatchObject({ code: 64 })
  expect(await run('export', file, '--source', 'acme', 'amce')).toMatchObject({ code: 66, err: expect.stringContaining('there are: acme') })
  expect(readFileSync(file, 'utf8')).toBe(out)
})

test('positions can be shown, moved, forgotten, exported and imported', async () => {
  const file = join(folder, 'state.json')
  expect((await run('state', 'show')).out).toMatch(/stream +acme\/organization .*"frontier":1767232800,.*\nsink +splunk +4 +/)
  expect(await run('state', 'export', file)).toMatchObject({ code: 0 })
  expect(await run('state', 'set', 'acme/organization', JSON.stringify(positionOf(7)))).toMatchObject({ code: 0 })
  expect(await run('state', 'reset', 'splunk')).toMatchObject({ code: 0 })
  const shown = JSON.parse((await run('state', 'show', '--json')).out) as unknown
  expect(shown).toEqual({ streams: { 'acme/organization': positionOf(7) }, sinks: {} })
  expect(await run('state', 'import', file)).toMatchObject({ code: 0 })
  expect(JSON.parse((await run('state', 'show', '--json')).out)).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  expect(await run('state', 'reset', 'splnuk')).toMatchObject({
    code: 66,
    err: expect.stringContaining('there are: acme/organization, splunk') as string,
  })
  expect(await run('state', 'set', 'splunk', '{')).toMatchObject({ code: 64 })
  expect(await run('state', 'import', path)).toMatchObject({ code: 64 })
})

test('a journal that a run holds is not changed', async () => {
  await using _ = await openHere()
  const { code, err } = await run('replay', '--sink', 'splunk', '--from', '2026-01-01')
  expect(code).toBe(69)
  expect(err).toContain(path)
})

test('dead letters can be listed, shown and dropped', async () => {
  const listed = (await run('dead-letters', 'list', '--json')).out
  const { id } = JSON.parse(listed) as { id: string }
  expect((await run('dead-letters', 'list')).out).toContain('too large')
  expect(JSON.parse((await run('dead-letters', 'show', id)).out)).toMatchObject({ eventId: 'w0-a', text: '{"id":"w0-a"}' })
  expect(await run('dead-letters', 'show', '99')).toMatchObject({ code: 66 })
  expect(await run('dead-letters', 'drop')).toMatchObject({ code: 64 })
  expect(await run('dead-letters', 'drop', id, '--component', 'other')).toMatchObject({ code: 66 })
  expect(await run('dead-letters', 'drop', id)).toMatchObject({ code: 0, err: '1 removed\n' })
  expect((await run('dead-letters', 'list', '--json')).out).toBe('')
})

test('verify finds a window that was never listed', async () => {
  expect(await run('verify', '--digests')).toMatchObject({ code: 0 })
  await using journal = await openHere()
  await appendWindow(journal, 4)
  const { code, out } = await run('verify', '--json')
  expect(code).toBe(2)
  expect((JSON.parse(out) as { differences: string[] }).differences).toEqual([
    'acme/organization: never listed: 2026-01-01T03:00:00.000Z to 2026-01-01T04:00:00.000Z',
  ])
  expect((await run('verify', '--to', '2026-01-01T03:00:00Z')).code).toBe(0)
  expect((await run('verify', '--from', '2025-12-31T00:00:00Z')).code).toBe(2)
})

test('verify finds events that are not those that were listed', async () => {
  await using journal = await openHere()
  const fromS = START_S + 3 * 3600
  const sealed = {
    fromS,
    toS: fromS + 3600,
    sealedAtMs: (fromS + 3600) * 1000,
    events: 2,
    repeats: 0,
    late: 0,
    digest: digestOf(['x', 'lost']),
  }
  await journal.append(KEY, { events: [event('x', fromS * 1000)], position: 1, sealed: [sealed] }, new AbortController().signal)
  expect(await run('verify')).toMatchObject({ code: 0 })
  expect(await run('verify', '--digests')).toMatchObject({ code: 2, out: expect.stringContaining('other ids than the 1') as string })
})

test('a manifest is signed, and tells what the journal has forgotten or somebody has changed', async () => {
  const pair = generateKeyPairSync('ed25519')
  const [key, publicKey, file] = ['key.pem', 'public.pem', 'manifest.json'].map(name => join(folder, name)) as [string, string, string]
  writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const { out } = await run('attest', '--from', '2026-01-01', '--to', '2026-01-01T03:00:00Z', '--key', key)
  writeFileSync(file, out)
  expect(await run('verify', '--manifest', file, '--public-key', publicKey)).toMatchObject({ code: 0 })

  const changed = out.replace(/\\"events\\":2/, '\\"events\\":3')
  expect(changed).not.toBe(out)
  writeFileSync(file, changed)
  expect(await run('verify', '--manifest', file)).toMatchObject({
    code: 2,
    out: expect.stringContaining('not what its sha256 says') as string,
  })

  writeFileSync(file, out)
  writeFileSync(publicKey, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))
  expect(await run('verify', '--manifest', file, '--public-key', publicKey)).toMatchObject({ code: 2 })

  path = join(folder, 'other.db')
  await using other = await openHere()
  await appendWindow(other, 0)
  const forgotten = await run('verify', '--manifest', file)
  expect(forgotten.out.match(/no such window/g)).toHaveLength(2)
})

test('explain tells nothing passed that waits, in whatever order it was received', async () => {
  await using journal = await openHere()
  const events = [event('listed for long', (START_S - 3600) * 1000)]
  await journal.append(KEY, { events, position: undefined }, new AbortController().signal)
  await journal[Symbol.asyncDispose]()
  expect((await run('explain', 'w0-b')).out).toContain('splunk: passed')
  expect((await run('explain', 'listed for long')).out).toContain('splunk: waits; 5 events')
})

test('report and explain tell what the journal knows', async () => {
  const { out } = await run('report', '--from', '2026-01-01', '--to', '2026-01-02', '--json')
  expect(JSON.parse(out)).toEqual({
    actor: 'unknown',
    type: 'api_key.created',
    events: 6,
    first: '2026-01-01T00:00:00.000Z',
    last: '2026-01-01T02:00:01.000Z',
  })
  const life = JSON.parse((await run('explain', 'w0-a', '--json')).out) as { windows: unknown[]; sinks: { state: string }[] }
  expect(life.windows).toHaveLength(1)
  expect(life.sinks[0]?.state).toContain('too large')
  expect((await run('explain', 'w0-b')).out).toContain('splunk: passed')
  expect((await run('explain', 'w2-b')).out).toContain('splunk: waits')
  expect(await run('explain', 'nobody')).toMatchObject({ code: 66 })
  const config = join(folder, 'tailrace.yaml')
  const sink = 'splunk: {type: stdout, filter: \'event.id != "w0-b"\'}'
  writeFileSync(config, `journal: {path: ${path}}\nsources: {acme: {type: openai_audit, api_key: k}}\nsinks:\n  ${sink}\n`)
  expect((await cli(['explain', 'w0-b', '-c', config])).out).toContain('splunk: not sent: left out by its filter')
  expect((await cli(['explain', 'w2-b', '-c', config])).out).toContain('splunk: waits')
})
