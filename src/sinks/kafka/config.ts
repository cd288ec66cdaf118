import { z } from 'zod'
import { duration, secret } from '../../toolkit/settings.ts'
import { tlsSettings } from '../../toolkit/tls.ts'
import { topicFault } from './topic.ts'

export const kafkaConfig = z.strictObject({
  brokers: z
    .array(z.string().regex(/^(\[[0-9a-fA-F:]+\]|[^\s:/]+):\d{1,5}$/, 'expected host:port'))
    .min(1)
    .max(100)
    .describe('Where the cluster is first asked, as `host:port`; it names its other brokers itself.'),
  topic: z
    .string()
    .min(1)
    .max(249)
    .superRefine((template, context) => {
      const fault = topicFault(template)
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: template })
    })
    .describe(
      'The topic, which has to exist. `{source}`, `{stream}`, `{type}` (`login.failed`) and `{type_family}` (`login`) are filled in for each event; what a topic may not contain becomes `_`.',
    ),
  key: z
    .enum(['event_id', 'actor', 'org', 'none'])
    .default('event_id')
    .describe(
      'Key of a message, which decides its partition: the id of the event, of who acted (of the event where nobody is named), of the source, which reads one organization, or none.',
    ),
  timestamp: z
    .enum(['sent', 'event'])
    .default('sent')
    .describe(
      "Time of a message. By `event` the broker's retention counts from when it happened, so old events may go at once, and it forgets within a day or a restart which of them it has.",
    ),
  headers: z
    .record(z.string().min(1), z.string())
    .prefault({})
    .describe('Constant headers beside `event_id`, `event_time_ms`, `event_type`, `source`, `stream`, `format` and `content_type`.'),
  compression: z
    .enum(['none', 'gzip', 'zstd'])
    .default('gzip')
    .describe('Of the batches. zstd takes less of both sides, and brokers and readers of 2.1 or later.'),
  idempotent: z
    .union([z.literal('auto'), z.boolean()])
    .default('auto')
    .describe('Whether the broker drops what a retry sends twice. `auto` does without, and says so, where the cluster refuses it.'),
  client_id: z.string().min(1).max(100).default('tailrace').describe('What the broker calls us in its log and quotas.'),
  sasl: z
    .strictObject({
      mechanism: z
        .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
        .describe('As the listener has it. `plain` without `tls` sends the password readable.'),
      username: z.string().min(1).describe('User.'),
      password: secret().describe('Password.'),
    })
    .optional()
    .describe('Login. Default: none.'),
  tls: tlsSettings().optional().describe('Encryption; `tls: {}` is enough for a certificate of a public authority. Default: none.'),
  timeout: duration({ min: '1s', max: '10m' }).prefault('30s').describe('The longest one write may take, with connecting.'),
})

export type KafkaConfig = z.output<typeof kafkaConfig>
