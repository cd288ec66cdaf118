import { defineSink } from '../../toolkit/declaration.ts'
import { httpConfig } from './config.ts'

export const http = defineSink({
  type: 'http',
  summary: 'Sends events to any HTTP endpoint, as lines or lists of JSON. A 2xx answer says that it has them.',
  config: httpConfig,
  format: 'ecs',
  batch: { eventsMax: 500, bytesMax: 1024 * 1024, timeoutMs: 1000 },
  concurrency: 4,
  examples: [
    { title: 'Lines of JSON, with a token', yaml: 'url: https://receiver.example/ingest\ntoken: ${file:/run/secrets/receiver-token}\n' },
    {
      title: 'A list, a header of one’s own that is secret, gzip',
      yaml: 'url: https://receiver.example/events\nencoding: json_array\ncompression: gzip\nheaders:\n  x-api-key: ${RECEIVER_KEY}\n  x-tenant: acme\n',
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createHttpSink(config, context),
})
