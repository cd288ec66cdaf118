import { defineSink } from '../../toolkit/declaration.ts'
import { elasticsearchConfig } from './config.ts'

export const elasticsearch = defineSink({
  type: 'elasticsearch',
  summary: 'Stores events in Elasticsearch or OpenSearch, each once: in a data stream, an alias or an index.',
  config: elasticsearchConfig,
  format: 'ecs',
  batch: { eventsMax: 1000, bytesMax: 4 * 1024 * 1024, timeoutMs: 1000 },
  // A search for ids answers at most 10,000; a node takes 100 MB in a request unless it is told otherwise.
  batchLimits: { eventsMax: 10_000, bytesMax: 50 * 1024 * 1024 },
  concurrency: 4,
  examples: [
    {
      title: 'Elasticsearch, with an API key',
      yaml: 'urls: [https://elastic.example:9200]\napi_key: ${file:/run/secrets/elastic-api-key}\n',
    },
    {
      title: 'OpenSearch, several nodes, a user, an authority of one’s own',
      yaml: 'urls: [https://search-1.example:9200, https://search-2.example:9200]\nusername: tailrace\npassword: ${file:/run/secrets/opensearch-password}\ntls: {ca_file: /etc/tailrace/ca.pem}\n',
    },
    {
      title: 'An index for each source and month, where nothing has to be looked up',
      yaml: 'urls: [https://elastic.example:9200]\napi_key: ${ELASTIC_API_KEY}\nindex: audit-{source}-{month}\ndeduplicate: never\n',
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createElasticsearchSink(config, context),
})
