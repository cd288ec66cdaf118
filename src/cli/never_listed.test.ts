import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'
import { digestOf } from '../paging/digest.ts'

const START_S = Date.UTC(2026, 0, 1) / 1000

let folder: string
let path: string
let config: string

const openHere = () =>
  openSqliteJournal(
    { path, sinks: ['out'], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 },
    { clock: systemClock, logger: { debug() {}, info() {}, warn() {}, error() {} }, meter: SILENT_METER },
  )

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-'))
  path = join(folder, 'journal.db')
  config = join(folder, 't.yaml')
  const source = 'type: openai_audit, api_key: k'
  const sections = [`journal: {path: "${path}"}`, `sources: {acme: {${source}}, other: {${source}}}`, 'sinks: {out: {type: stdout}}']
  writeFileSync(config, sections.join('\n'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('verify finds a source that was never listed, beside one that was', async () => {
  await using journal = await openHere()
  expect(await cli(['verify', '-c', config, '--json'])).toMatchObject({
    code: 2,
    out: `${JSON.stringify({
      streams: [],
      differences: ['acme: no window was ever listed to its end', 'other: no window was ever listed to its end'],
    })}\n`,
  })
  expect(await cli(['verify', '--journal', path])).toMatchObject({
    code: 2,
    out: expect.stringContaining(`${path}: no window was ever listed to its end\n`) as string,
  })

  const sealed = {
    fromS: START_S,
    toS: START_S + 3600,
    sealedAtMs: (START_S + 3600) * 1000,
    events: 0,
    repeats: 0,
    late: 0,
    digest: digestOf([]),
  }
  const key = { source: 'acme', stream: 'organization' }
  await journal.append(key, { events: [], position: {}, sealed: [sealed] }, new AbortController().signal)
  const { code, out } = await cli(['verify', '-c', config])
  expect([code, out.split('\n').slice(2)]).toEqual([2, ['other: no window was ever listed to its end', '']])
  expect(await cli(['verify', '--journal', path])).toMatchObject({ code: 0 })
})
