import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startDatadogDouble } from '../doubles/datadog.ts'
import { startHecDouble } from '../doubles/splunk_hec.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Program } from '../support/program.ts'
import { Bucket } from './bucket.ts'
import { type Captured, destinationsPage } from './destinations_page.ts'
import { startKafka } from './kafka.ts'
import { createTopic, messagesOf } from './kafka_reading.ts'
import { startOtelcol } from './otelcol.ts'
import { readParquet } from './read_parquet.ts'
import { startOpensearch } from './search_node.ts'
import { plainReader } from './search_reading.ts'

const PAGE = join(import.meta.dirname, '../../docs/destinations.md')
const EVENT_MS = Date.parse('2026-01-15T09:30:00Z')
/** Put in the place of when it was really received. */
const RECEIVED_MS = EVENT_MS + 20_250
const TOPIC = 'audit.acme'
const DATA_STREAM = 'logs-openai.audit-default'

const EVENT = {
  object: 'organization.audit_log',
  id: 'audit_log-7Qm2xW4kVb9dTzLpRsHn',
  type: 'api_key.created',
  effective_at: EVENT_MS / 1000,
  project: { id: 'proj_4mWvB1', name: 'Support assistant' },
  actor: {
    type: 'session',
    session: {
      user: { id: 'user-6HdKq2', email: 'ada@example.com' },
      ip_address: '203.0.113.27',
      user_agent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
    },
  },
  'api_key.created': { id: 'key_9fXa31', data: { scopes: ['api.model.request'] } },
}

/** Brings the event through the whole program to every destination, and reads it back there. */
async function capture(): Promise<Captured> {
  await using scope = new AsyncDisposableStack()
  const folder = scope.use(temporaryFolder())
  const opened = [startKafka(), startOtelcol(), startOpensearch(), Bucket.open()] as const
  for (const opening of opened) scope.defer(async () => (await opening)[Symbol.asyncDispose]())
  const [kafka, collector, search, bucket] = await Promise.all(opened)
  const [splunk, datadog] = [scope.use(await startHecDouble('key')), scope.use(await startDatadogDouble('key'))]
  await createTopic(kafka, TOPIC, { partitions: 1 })
  const reader = plainReader(search.url)
  await reader.call('PUT', '/_index_template/logs', { index_patterns: ['logs-*'], data_stream: {} })
  const file = join(folder.path, 'audit.ndjson')
  await runOnce(folder.path, {
    kafka: { type: 'kafka', brokers: kafka.plain, topic: 'audit.{source}', timestamp: 'event' },
    otlp: { type: 'otlp', url: collector.url },
    search: { type: 'elasticsearch', urls: [search.url] },
    lines: { type: 's3', ...bucket.settings, prefix: 'lines' },
    lake: { type: 's3', ...bucket.settings, encoding: 'parquet', security_lake: {} },
    splunk: { type: 'splunk_hec', url: splunk.url, token: 'key' },
    datadog: { type: 'datadog', url: datadog.url, api_key: 'key' },
    file: { type: 'file', path: file },
  })
  await collector.stop() // It writes down what it still holds.
  const [id, source] = only([...(await reader.sources(DATA_STREAM))])
  const linesKey = only(bucket.keys().filter(key => key.startsWith('lines/')))
  const { object, row } = only(readParquet('duckdb', bucket))
  const { text: _, ...envelope } = only(splunk.events)
  return {
    event: EVENT,
    kafka: { topic: TOPIC, message: only(messagesOf(kafka, TOPIC)) },
    search: { index: DATA_STREAM, id, source: source as JsonObject },
    collector: only(collector.records()),
    lines: { key: linesKey, document: only(bucket.lines(linesKey)) },
    parquet: { key: object.replace(`s3://${bucket.name}/`, ''), row: withoutNulls(row) as JsonObject },
    file: only(readFileSync(file, 'utf8').trimEnd().split('\n')),
    splunk: envelope as unknown as JsonObject,
    datadog: only(datadog.logs).log,
  }
}

async function runOnce(folder: string, sinks: object): Promise<void> {
  const events = join(folder, 'events.ndjson')
  writeFileSync(events, `${JSON.stringify(EVENT)}\n`)
  await using api = await startSimulator({ events })
  const config = join(folder, 'tailrace.yaml')
  const acme = { type: 'openai_audit', base_url: api.url, api_key: 'any', start: '2026-01-01T00:00:00Z' }
  const journal = { path: join(folder, 'journal.db') }
  writeFileSync(config, JSON.stringify({ journal, sources: { acme }, sinks, service: { admin: { enabled: false } } }))
  await using program = new Program(['run', '-c', config, '--once'])
  expect(await program.end()).toMatchObject({ code: 0 })
}

function only<T>(all: readonly T[]): T {
  expect(all).toHaveLength(1)
  return all[0]!
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]))
}

/** With fixed times of receipt and mapping, which differ from run to run, in every way they are written. */
function timeless(page: string, { search, lines }: Captured): string {
  const receivedMs = Date.parse((search.source.event as { created: string }).created)
  const { processed_time: processedMs } = lines.document.metadata as { processed_time: number }
  const compact = (ms: number) => new Date(ms).toISOString().replaceAll(/[-:]/g, '')
  return page
    .replaceAll(new Date(receivedMs).toISOString(), new Date(RECEIVED_MS).toISOString())
    .replaceAll(compact(receivedMs), compact(RECEIVED_MS))
    .replaceAll(String(receivedMs), String(RECEIVED_MS))
    .replaceAll(/"processed_time": ?\d+/g, match => match.replace(/\d+/, String(RECEIVED_MS + 200)))
    .replaceAll(/(?<=\.\d{3}Z-)[0-9a-f]{16}/g, '<hash>')
    .replaceAll(String(processedMs), String(RECEIVED_MS + 200))
}

// Goal: issue 5, "Output by destination looked at".
test('docs/destinations.md shows what each destination holds of one event', async () => {
  const captured = await capture()
  const original = JSON.stringify(EVENT)
  for (const value of Object.values(captured).slice(1)) expect(JSON.stringify(value)).toContain(JSON.stringify(EVENT.id).slice(1, -1))
  expect((captured.search.source.event as JsonObject).original).toBe(original)
  expect(captured.parquet.row.raw_data).toBe(original)
  await expect(timeless(destinationsPage(captured), captured)).toMatchFileSnapshot(PAGE)
})
