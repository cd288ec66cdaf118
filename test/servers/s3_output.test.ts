import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { createOcsfMapper } from '../../src/mappers/ocsf/index.ts'
import { receivedEvent } from '../../src/record/received.ts'
import { s3 } from '../../src/sinks/s3/index.ts'
import EXAMPLES from '../mapping/worked_examples.json' with { type: 'json' }
import { Bucket } from './bucket.ts'
import { readParquet } from './read_parquet.ts'
import { openSink } from './shipping.ts'

const PAGE = new URL('../../docs/output/s3.md', import.meta.url)
const [EXAMPLE] = EXAMPLES

const page = (lines: string, document: JsonObject, parquet: string, row: JsonObject) => `# One event as it stands in an object store

Received from the API, mapped to \`ocsf\` (1.3.0), sent by the sink \`s3\` to versitygw 1.8.0 and read back from there.
\`test/servers/s3_output.test.ts\` writes this page with UPDATE_OUTPUT=1, and fails when it says something else.

## JSON lines

\`${lines}\`, one such line for each event:

\`\`\`json
${JSON.stringify(document, null, 2)}
\`\`\`

## Parquet, in the layout of Security Lake

\`${parquet}\`, as DuckDB has the row. \`unmapped\` and what else has no fixed attributes are JSON texts.

\`\`\`json
${JSON.stringify(row, null, 2)}
\`\`\`
`

test('the page shows what stands in the objects', async () => {
  await using bucket = await Bucket.open()
  const { event: body, received_ms: receivedMs, organization_id: organizationId } = EXAMPLE!
  const text = JSON.stringify(body)
  const event = receivedEvent({ source: 'acme', stream: 'organization', receivedMs, text, body: body as unknown as JsonObject })
  const organization = () => (organizationId === null ? undefined : { id: organizationId })
  const mapped = createOcsfMapper({ version: '1.3.0', clock: { now: () => receivedMs + 5 }, organization })(event)
  for (const settings of [{}, { encoding: 'parquet', security_lake: {} }]) {
    await using opened = await openSink(s3, { ...bucket.settings, ...settings })
    await opened.sink.write([mapped], new AbortController().signal)
  }
  const [parquet, lines] = bucket.keys() as [string, string]
  const { row } = readParquet('duckdb', bucket)[0]!
  const shown = page(lines, bucket.lines(lines)[0]!, parquet, row)
  if (process.env.UPDATE_OUTPUT === '1') writeFileSync(PAGE, shown)
  expect(readFileSync(PAGE, 'utf8')).toBe(shown)
})
