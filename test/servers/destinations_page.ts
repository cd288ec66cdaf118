import type { JsonObject } from '../../src/core/json.ts'
import type { ReceivedMessage } from './kafka_reading.ts'
import type { ReceivedRecord } from './otelcol.ts'

/** What every destination held of one event, as it was read there. */
export interface Captured {
  /** As the API lists it. */
  readonly event: JsonObject
  readonly kafka: { readonly topic: string; readonly message: ReceivedMessage }
  readonly search: { readonly index: string; readonly id: string; readonly source: JsonObject }
  readonly collector: ReceivedRecord
  readonly lines: { readonly key: string; readonly document: JsonObject }
  readonly parquet: { readonly key: string; readonly row: JsonObject }
  /** The line. */
  readonly file: string
  readonly splunk: JsonObject
  readonly datadog: JsonObject
}

const WIDTH = 120

/** JSON for people: what fits stays on its line. */
function laidOut(value: unknown, indent = ''): string {
  const text = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || text.length + indent.length <= WIDTH) return text
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map(each => laidOut(each, inner))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${laidOut(member, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${parts.map(part => inner + part).join(',\n')}\n${indent}${close}`
}

const json = (value: unknown) => `\`\`\`json\n${laidOut(value)}\n\`\`\``
const asIs = (text: string) => `\`\`\`json\n${text}\n\`\`\``

export function destinationsPage({ event, kafka, search, collector, lines, parquet, file, splunk, datadog }: Captured): string {
  const { key, headers, value, partition, timestampMs } = kafka.message
  return `# One event at its destinations

<!-- Captured from the receivers by \`npx vitest run --project servers test/servers/destinations_page.test.ts -u\`; compared by the same test without \`-u\`. -->

One and the same event as it was read back from Apache Kafka, OpenSearch, the OpenTelemetry Collector, an object store, a file,
and what stands in for Splunk and Datadog: every sink with its default format, all of them at once. The times of its receipt
(09:30:20.250) and mapping, and the hash in the names of objects, are replaced by fixed ones; the rest is as it was found.

The API lists it as:

${json(event)}

Its text travels byte for byte in every format: \`event.original\`, \`raw_data\`, \`log.record.original\`, \`openai.audit.original\`. Its
id is what a repeat is known by, at the place that the destination has for it.

| destination | format | where its id stands | a repeat |
|---|---|---|---|
| Kafka | ecs | key, and the header \`event_id\` | is dropped by the broker (\`idempotent\`), as long as the program runs |
| Elasticsearch, OpenSearch | ecs | \`_id\` | is refused, or found before it is written |
| OpenTelemetry | otel | \`log.record.uid\` | is stored again |
| object store | ocsf | \`metadata.uid\` | takes the place of the first: same name, same bytes |
| file | ecs | \`event.id\` | is written again |
| Splunk | ecs | \`fields.event_id\` | is indexed again: \`dedup event_id\` |
| Datadog | datadog | \`event_id\` | is stored again |

## Kafka

Topic \`${kafka.topic}\`, partition ${partition}, time ${new Date(timestampMs).toISOString()} (\`timestamp: event\`), key \`${key}\`; headers:

${json(headers)}

The value, which is one line:

${asIs(value)}

## OpenSearch

In \`${search.index}\`, \`_id\` \`${search.id}\`, \`_source\`:

${json(search.source)}

## OpenTelemetry Collector

The record as its file exporter writes it, with the attributes of its resource put beside:

${json(collector)}

## Object store: lines

\`${lines.key}\`, unpacked, is one line an event:

${json(lines.document)}

## Object store: Parquet in the layout of Security Lake

\`${parquet.key}\`; the row as DuckDB reads it, without the columns that are null:

${json(parquet.row)}

## File

The line:

${asIs(file)}

## Splunk

The envelope as the HTTP Event Collector gets it:

${json(splunk)}

## Datadog

The log as the intake gets it. It has no \`date\`, for Datadog drops what is dated more than 18 hours back: such an event gets the
time of its arrival, and keeps its own in \`openai.audit.effective_at\`.

${json(datadog)}
`
}
