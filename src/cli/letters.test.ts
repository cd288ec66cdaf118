import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { openSqliteJournal } from '../journal/sqlite/index.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'

const LIMITS = { sinks: [], backlogBytesMax: 1e9, retentionAgeMs: 1e15, retentionBytesMax: 1e9 }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const LETTERS = 100_003

async function makeJournal(path: string): Promise<void> {
  {
    await using journal = await openSqliteJournal({ path, ...LIMITS }, { clock: systemClock, logger: quiet, meter: SILENT_METER })
    await journal.saveSinkPosition('gone', await journal.head())
  }
  const database = new DatabaseSync(path)
  const about = { source: 'acme', stream: 'organization', reason: 'too large', atMs: 5, timeMs: 5, receivedMs: 5 }
  database
    .prepare(
      `INSERT INTO dead_letters (component, about, text) WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ?)
       SELECT 'gone', json_set(?, '$.eventId', 'e' || n), x'7b7d' FROM numbers`,
    )
    .run(LETTERS, JSON.stringify(about))
  database.close()
}

test('however many dead letters there are, all of them are meant by --all, and each is found', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'journal.db')
  await makeJournal(path)
  const config = join(folder.path, 'tailrace.yaml')
  writeFileSync(config, `journal: {path: ${path}}\nsources: {acme: {type: openai_audit, api_key: k}}\nsinks: {out: {type: stdout}}\n`)
  expect((await cli(['explain', `e${LETTERS}`, '--journal', path])).out).toContain(`dead letter ${LETTERS}`)
  const listed = await cli(['dead-letters', 'list', '--limit', String(LETTERS - 1), '--journal', path])
  expect(listed.out.split('\n')).toHaveLength(LETTERS + 1) // With the headings and the end of the last line.
  expect(await cli(['dead-letters', 'retry', '--all', '-c', config])).toMatchObject({
    code: 1,
    err: expect.stringMatching(`^gone: ${LETTERS} left: .*\n0 delivered, ${LETTERS} left\n$`) as string,
  })
  expect(await cli(['dead-letters', 'drop', '--all', '--journal', path])).toMatchObject({ code: 0, err: `${LETTERS} removed\n` })
})
