import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { JsonObject } from '../../src/core/json.ts'
import type { Bucket } from './bucket.ts'
import { install } from './install/recipe.ts'
import { PYTHON } from './install/recipes.ts'

const OUTPUT_BYTES_MAX = 256 * 2 ** 20

interface ReadRow {
  readonly object: string
  readonly row: JsonObject
}

/** Every row of every Parquet object of a bucket, read over S3 by a reader that is not ours. */
export function readParquet(reader: 'pyarrow' | 'duckdb', { server, name }: Bucket): readonly ReadRow[] {
  const { url, region, accessKeyId, secretAccessKey } = server
  const script = join(import.meta.dirname, 'read_parquet.py')
  const env = { ...process.env, PYTHONPATH: join(install(PYTHON), 'lib') }
  const options = { env, encoding: 'utf8', maxBuffer: OUTPUT_BYTES_MAX } as const
  return execFileSync('python3', [script, reader, new URL(url).host, region, accessKeyId, secretAccessKey, name], options)
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ReadRow)
}
