import { defineSink } from '../../toolkit/declaration.ts'
import { splunkHecConfig } from './config.ts'

export const splunkHec = defineSink({
  type: 'splunk_hec',
  summary: 'Sends events to the Splunk HTTP Event Collector.',
  config: splunkHecConfig,
  format: 'ecs',
  batch: { eventsMax: 1000, bytesMax: 1024 * 1024, timeoutMs: 1000 },
  concurrency: 4,
  examples: [
    { title: 'Minimal', yaml: 'url: https://splunk.example:8088\ntoken: ${HEC_TOKEN}\n' },
    {
      title: 'Indexer acknowledgement, and a token that can be rotated without a restart',
      yaml: 'url: https://splunk.example:8088\ntoken: ${file:/run/secrets/hec-token}\nindex: audit\nacknowledge: true\n',
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createSplunkHecSink(config, context),
})
