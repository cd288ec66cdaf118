import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { KEY, never, START_MS } from '../../test/support/journals.ts'
import { journalFolder } from '../../test/support/sqlite_journal.ts'
import { digestOf } from '../paging/digest.ts'

const START_S = START_MS / 1000

test('verify finds a source that was never listed, beside one that was', async () => {
  using place = journalFolder()
  const { path } = place
  const config = join(place.folder, 't.yaml')
  const source = 'type: openai_audit, api_key: k'
  const sections = [`journal: {path: "${path}"}`, `sources: {acme: {${source}}, other: {${source}}}`, 'sinks: {out: {type: stdout}}']
  writeFileSync(config, sections.join('\n'))
  await using journal = await place.open({ sinks: ['out'] })
  expect(await cli(['verify', '-c', config, '--json'])).toMatchObject({
    code: 2,
    out: `${JSON.stringify({
      streams: [],
      differences: ['acme: no window was ever listed to its end', 'other: no window was ever listed to its end'],
      notes: [],
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
  await journal.append(KEY, { events: [], position: {}, sealed: [sealed] }, never)
  const { code, out } = await cli(['verify', '-c', config])
  expect([code, out.split('\n').slice(2)]).toEqual([2, ['other: no window was ever listed to its end', '']])
  expect(await cli(['verify', '--journal', path])).toMatchObject({ code: 0 })
})
