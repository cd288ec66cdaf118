import type { JsonObject } from '../../src/core/json.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { type DatadogDouble, startDatadogDouble } from '../doubles/datadog.ts'
import { type HecDouble, startHecDouble } from '../doubles/splunk_hec.ts'
import { Bucket } from './bucket.ts'
import { type KafkaCluster, startKafka } from './kafka.ts'
import { createTopic } from './kafka_reading.ts'
import { type Otelcol, startOtelcol } from './otelcol.ts'
import { type SearchNode, startOpensearch } from './search_node.ts'
import { plainReader, type SearchReader } from './search_reading.ts'
import { startToxiproxy } from './toxiproxy.ts'

export const SIX = ['kafka', 'otlp', 'search', 'lake', 'splunk', 'datadog'] as const
export type SinkName = (typeof SIX)[number]

/** Kafka, the Collector, OpenSearch, an object store, and what stands in for Splunk and Datadog. */
export interface SixReceivers extends AsyncDisposable {
  readonly kafka: KafkaCluster
  readonly collector: Otelcol
  readonly search: SearchNode
  readonly searched: SearchReader
  readonly bucket: Bucket
  /** The only way to the object store. */
  readonly lakeLink: Awaited<ReturnType<Awaited<ReturnType<typeof startToxiproxy>>['link']>>
  readonly splunk: HecDouble
  readonly datadog: DatadogDouble
  /** By id, as under `sinks` in the YAML. */
  readonly sinks: Readonly<Record<SinkName, object>>
}

export const TOPIC = 'audit.acme'
export const DATA_STREAM = 'logs-openai.audit-default'
const RETRY = { initial: '100ms', max: '1s' }

/** OpenSearch can't index a longer keyword than 32,766 bytes: an event whose text is longer is refused there, and nowhere else. */
const TEMPLATE = {
  index_patterns: ['logs-*'],
  data_stream: {},
  template: { mappings: { properties: { event: { properties: { original: { type: 'keyword' } } } } } },
}
const KEYWORD_BYTES_MAX = 32_766

/** Gives the API `count` events more, spread over its history, that OpenSearch refuses; their ids. */
export function addTooLong(simulator: Simulator, count: number): readonly string[] {
  const texts = simulator.events()
  return Array.from({ length: count }, (_, index) => {
    const like = JSON.parse(texts[Math.floor(((index + 0.5) * texts.length) / count)]!) as JsonObject
    const id = `${like.id as string}-long`
    simulator.add({ ...like, id, note: 'x'.repeat(KEYWORD_BYTES_MAX) })
    return id
  })
}

export async function startSixReceivers(): Promise<SixReceivers> {
  await using scope = new AsyncDisposableStack()
  const opened = [startKafka(), startOtelcol(), startOpensearch(), Bucket.open(), startToxiproxy()] as const
  for (const opening of opened) scope.defer(async () => (await opening)[Symbol.asyncDispose]())
  const [kafka, collector, search, bucket, toxiproxy] = await Promise.all(opened)
  const [splunk, datadog] = [scope.use(await startHecDouble('key')), scope.use(await startDatadogDouble('key'))]
  const lakeLink = await toxiproxy.link(new URL(bucket.server.url).host)
  const searched = plainReader(search.url)
  await createTopic(kafka, TOPIC)
  await searched.call('PUT', '/_index_template/logs', TEMPLATE)
  const lake = { type: 's3', ...bucket.settings, endpoint: `http://${lakeLink.address}`, batch: { events_max: 1000, timeout: '1s' } }
  const sinks = {
    kafka: { type: 'kafka', brokers: kafka.plain, topic: 'audit.{source}' },
    otlp: { type: 'otlp', url: collector.url },
    search: { type: 'elasticsearch', urls: [search.url] },
    lake,
    splunk: { type: 'splunk_hec', url: splunk.url, token: 'key' },
    datadog: { type: 'datadog', url: datadog.url, api_key: 'key' },
  }
  const withRetry = Object.fromEntries(Object.entries(sinks).map(([id, sink]) => [id, { ...sink, retry: RETRY }]))
  const owned = scope.move()
  return {
    kafka,
    collector,
    search,
    searched,
    bucket,
    lakeLink,
    splunk,
    datadog,
    sinks: withRetry as Record<SinkName, object>,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
