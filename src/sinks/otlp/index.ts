import { defineSink } from '../../toolkit/declaration.ts'
import { otlpConfig } from './config.ts'

export const otlp = defineSink({
  type: 'otlp',
  summary: 'An OpenTelemetry Collector, or any other receiver of OTLP logs over HTTP.',
  config: otlpConfig,
  format: 'otel',
  // The Collector's own limit for one request is 20 MiB, after unpacking; a record is about twice as long as its document.
  batch: { eventsMax: 500, bytesMax: 4 * 1024 * 1024, timeoutMs: 1000 },
  reads: 'document',
  concurrency: 4,
  examples: [
    { title: 'A Collector', yaml: 'url: http://otel-collector.example:4318\n' },
    {
      title: 'A vendor with a token that can be rotated without a restart, in protobuf',
      yaml: `url: https://otlp.vendor.example/otlp/v1/logs
protocol: http/protobuf
token: \${file:/run/secrets/otlp-token}
resource:
  deployment.environment.name: production
`,
    },
  ],
  create: async (config, context) => (await import('./sink.ts')).createOtlpSink(config, context),
})
