import { z } from 'zod'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'

export const otlpConfig = z.strictObject({
  url: httpUrl().describe('Of the receiver. Without a path, `/v1/logs` is added.'),
  protocol: z.enum(['http/json', 'http/protobuf']).default('http/json').describe('How requests are written.'),
  token: secret().optional().describe('Sent as `Authorization: Bearer …`. Read again when its file changes.'),
  resource: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Resource attributes, such as `deployment.environment.name`, beside those of the format.'),
  body: z
    .enum(['structured', 'json'])
    .default('structured')
    .describe('For every format but otel: the mapped event as a map, or as one JSON text.'),
  partial_success: z
    .enum(['halve', 'dead_letter'])
    .default('halve')
    .describe(
      'When the receiver refuses some records of a request, and does not say which: `halve` sends the halves again until the refused stand alone, and repeats the others, with the same `log.record.uid`; `dead_letter` puts all of the request to the dead letters.',
    ),
  compression: z.enum(['gzip', 'none']).default('gzip').describe('How a request body is compressed.'),
  ...httpSettings,
})

export type OtlpConfig = z.output<typeof otlpConfig>
