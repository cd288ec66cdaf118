import { defineSink } from '../../toolkit/declaration.ts'
import { kafkaConfig } from './config.ts'

export const kafka = defineSink({
  type: 'kafka',
  summary: 'A topic of Apache Kafka, or of what speaks its protocol: one message an event.',
  config: kafkaConfig,
  examples: [
    {
      title: 'A cluster with TLS and SCRAM',
      yaml: `brokers: [kafka-1.example:9093, kafka-2.example:9093]
topic: audit.{source}
format: ocsf
sasl:
  mechanism: scram-sha-512
  username: tailrace
  password: \${file:/run/secrets/kafka-password}
tls:
  ca_file: /etc/tailrace/kafka-ca.pem
`,
    },
  ],
  format: 'ecs',
  // A batch of one partition must stay below the broker's `message.max.bytes`, by default 1 MiB after compression.
  batch: { eventsMax: 1000, bytesMax: 900_000, timeoutMs: 1000 },
  concurrency: 1,
  create: async (config, context) => {
    const { KafkaSink } = await import('./sink.ts')
    return new KafkaSink(config, context)
  },
})
