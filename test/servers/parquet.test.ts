import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { validateOcsf } from '../../src/mappers/ocsf/validate.ts'
import { columnsOf } from '../../src/sinks/s3/parquet/columns.ts'
import { restore } from '../support/parquet.ts'
import { Bucket } from './bucket.ts'
import { install } from './install/recipe.ts'
import { PYTHON } from './install/recipes.ts'
import { StagedProgram } from './staged_program.ts'

const OUTPUT_BYTES_MAX = 256 * 2 ** 20

interface ReadRow {
  readonly object: string
  readonly row: JsonObject
}

function readParquet(...args: readonly string[]): readonly ReadRow[] {
  const env = { ...process.env, PYTHONPATH: join(install(PYTHON), 'lib') }
  const options = { env, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX } as const
  const text = execFileSync('python3', [join(import.meta.dirname, 'read_parquet.py'), ...args], options)
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ReadRow)
}

const uidOf = ({ metadata }: JsonObject) => (metadata as { uid: string }).uid

test.each(['1.3.0', '1.8.0'] as const)('pyarrow and DuckDB read every event of OCSF %s as the schema has it', async version => {
  await using bucket = await Bucket.open()
  const lake = { type: 's3', ...bucket.settings, encoding: 'parquet', security_lake: {}, ocsf_version: version }
  await using staged = await StagedProgram.open({ events: 5000, sinks: { lake: { ...lake, batch: { events_max: 1500 } } } })
  await using program = staged.start('run', '--once')
  expect(await program.end()).toMatchObject({ code: 0 })

  const { url, region, accessKeyId, secretAccessKey } = bucket.server
  const place = [new URL(url).host, region, accessKeyId, secretAccessKey, bucket.name]
  const byArrow = readParquet('pyarrow', ...place)
  const byDuck = readParquet('duckdb', ...place)
  for (const rows of [byArrow, byDuck]) {
    const documents = rows.map(({ row }) => restore(row, columnsOf(version, row.class_uid)) as JsonObject)
    expect(documents.map(uidOf).toSorted()).toEqual(staged.ids)
    expect(documents.flatMap(document => validateOcsf(document, version)).slice(0, 3)).toEqual([])
  }
  for (const { object, row } of byArrow) {
    const day = new Date(row.time as number).toISOString().slice(0, 10).replaceAll('-', '')
    expect(object).toContain(`/ext/tailrace-${row.class_uid as number}/region=${region}/accountId=external/eventDay=${day}/`)
  }
})
