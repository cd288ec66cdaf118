import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { validateOcsf } from '../../src/mappers/ocsf/validate.ts'
import { columnsOf } from '../../src/sinks/s3/parquet/columns.ts'
import { restore } from '../support/parquet.ts'
import { Bucket } from './bucket.ts'
import { readParquet } from './read_parquet.ts'
import { StagedProgram } from './staged_program.ts'

const uidOf = ({ metadata }: JsonObject) => (metadata as { uid: string }).uid

test.each(['1.3.0', '1.8.0'] as const)('pyarrow and DuckDB read every event of OCSF %s as the schema has it', async version => {
  await using bucket = await Bucket.open()
  const lake = { type: 's3', ...bucket.settings, encoding: 'parquet', security_lake: {}, ocsf_version: version }
  await using staged = await StagedProgram.open({ events: 5000, sinks: { lake: { ...lake, batch: { events_max: 1500 } } } })
  await using program = staged.start('run', '--once')
  expect(await program.end()).toMatchObject({ code: 0 })

  const byArrow = readParquet('pyarrow', bucket)
  const byDuck = readParquet('duckdb', bucket)
  for (const rows of [byArrow, byDuck]) {
    const documents = rows.map(({ row }) => restore(row, columnsOf(version, row.class_uid)) as JsonObject)
    expect(documents.map(uidOf).toSorted()).toEqual(staged.ids)
    expect(documents.flatMap(document => validateOcsf(document, version)).slice(0, 3)).toEqual([])
  }
  for (const { object, row } of byArrow) {
    const day = new Date(row.time as number).toISOString().slice(0, 10).replaceAll('-', '')
    expect(object).toContain(`/ext/tailrace-${row.class_uid as number}/region=${bucket.server.region}/accountId=external/eventDay=${day}/`)
  }
})
