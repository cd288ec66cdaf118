import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Column, Scalar, Struct } from './columns.ts'
import type { Row } from './row.ts'

export type ParquetCompression = 'zstd' | 'gzip' | 'snappy'

/** "Data page size up to 1 MB uncompressed" ("Collecting data from custom sources in Security Lake", docs.aws.amazon.com). */
const PAGE_BYTES = 1_000_000

const CODECS = { zstd: 'ZSTD', gzip: 'GZIP', snappy: 'SNAPPY' } as const
const COMPRESSORS = {
  ZSTD: (input: Uint8Array) => zstdCompressSync(input),
  GZIP: (input: Uint8Array) => gzipSync(input, { level: 1 }),
}

const LEAVES: Readonly<Record<Scalar, Partial<SchemaElement>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int: { type: 'INT32' },
  long: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
}

/** One file of one row group. */
export function encodeParquet(rows: readonly Row[], columns: Struct, compression: ParquetCompression): Buffer {
  const writer = new ByteWriter()
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(columns),
    codec: CODECS[compression],
    compressors: COMPRESSORS,
    createdBy: 'tailrace version 1', // In this form: readers in Java ignore the statistics of whoever names himself otherwise.
  })
  const columnData = Object.keys(columns).map(name => ({ name, data: rows.map(row => row[name]) }))
  // Neither call waits: the writer has no `flush`.
  void file.write({ columnData, rowGroupSize: Math.max(1, rows.length), pageSize: PAGE_BYTES })
  void file.finish()
  return Buffer.from(writer.getBuffer())
}

/** Everything may be absent; what an event has to have, its own schema says. */
function schemaOf(columns: Struct): SchemaElement[] {
  const members = Object.entries(columns)
  return [{ name: 'schema', num_children: members.length }, ...members.flatMap(([name, column]) => elementsOf(name, column))]
}

function elementsOf(name: string, column: Column): SchemaElement[] {
  const repetition_type = 'OPTIONAL'
  if (typeof column === 'string') return [{ name, repetition_type, ...LEAVES[column] }]
  if (Array.isArray(column)) {
    return [
      { name, repetition_type, num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', column[0] as Column),
    ]
  }
  const members = Object.entries(column as Struct)
  return [{ name, repetition_type, num_children: members.length }, ...members.flatMap(([member, inner]) => elementsOf(member, inner))]
}
