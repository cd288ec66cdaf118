import { defineSink } from '../../toolkit/declaration.ts'
import { datadogConfig } from './config.ts'
import { LOGS_MAX } from './limits.ts'

export const datadog = defineSink({
  type: 'datadog',
  summary:
    'Sends events to the logs intake of Datadog. Datadog drops what is dated more than 18 hours back: an event older than 17 gets the date of its arrival.',
  config: datadogConfig,
  format: 'datadog',
  batch: { eventsMax: LOGS_MAX, bytesMax: 2 * 1024 * 1024, timeoutMs: 1000 },
  // Below the 5 MB of a request, for every log gets attributes of its own on top.
  batchLimits: { eventsMax: LOGS_MAX, bytesMax: 4_500_000 },
  reads: 'document',
  concurrency: 4,
  examples: [
    { title: 'Minimal', yaml: 'api_key: ${DD_API_KEY}\n' },
    {
      title: 'Another site, tags, and a key that can be rotated without a restart',
      yaml: 'site: datadoghq.eu\napi_key: ${file:/run/secrets/datadog-api-key}\nddtags: [env:prod, team:security]\n',
    },
    { title: 'OCSF, which stands under the attribute ocsf', yaml: 'api_key: ${DD_API_KEY}\nformat: ocsf\n' },
    {
      title: 'Through an Observability Pipelines Worker',
      yaml: 'url: https://opw.example:8282\napi_key: ${DD_API_KEY}\ncompression: zstd\n',
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createDatadogSink(config, context),
})
