import { z } from 'zod'
import { bytes, duration } from '../toolkit/settings.ts'

/** `journal:` */
export const journalSchema = z.strictObject({
  type: z
    .enum(['sqlite', 'memory'])
    .default('sqlite')
    .describe(
      'sqlite: one durable file. memory: for rehearsals; holds at most 128 MiB of events, none once it is delivered, and nothing when the process ends.',
    ),
  path: z.string().min(1).default('data/journal.db').describe('File of the journal; a relative one is seen from the working directory.'),
  max_bytes: bytes({ min: '1MiB', max: '100TiB' })
    .prefault('10GiB')
    .describe('Bytes of events that may wait for the slowest sink. At this budget the sources pause; nothing is dropped.'),
  retention: duration({ min: '1m', max: '3650d' })
    .prefault('30d')
    .describe('How long the text of events is kept once every sink has passed them, for replays and exports.'),
  retention_bytes: bytes({ min: '1MiB', max: '100TiB' })
    .prefault('50GiB')
    .describe('Bytes of text that are kept once every sink has passed them; the oldest go first.'),
})

const LISTEN = /^(?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):)?(\d{1,5})$/

export interface ListenAddress {
  readonly host: string
  readonly port: number
}

/** `127.0.0.1:8686`; a port alone is on the loopback address. */
function listenAddress() {
  return z
    .string()
    .meta({ format: 'host:port, such as 127.0.0.1:8686' })
    .transform((text, context): ListenAddress => {
      const [, host = '127.0.0.1', digits] = LISTEN.exec(text) ?? []
      const port = Number(digits)
      if (digits !== undefined && port <= 65_535) return { host: host.replace(/^\[|\]$/g, ''), port }
      context.addIssue({ code: 'custom', message: 'expected host:port, such as 127.0.0.1:8686', input: text })
      return z.NEVER
    })
}

/** `service:` */
export const serviceSchema = z.strictObject({
  shutdown_timeout: duration({ min: '0s', max: '1h' })
    .prefault('60s')
    .describe('How long a stop waits for the sinks to deliver what is in the journal. With --once also how long an outage is waited for.'),
  admin: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Serves /healthz, /readyz and /metrics.'),
      listen: listenAddress().prefault('127.0.0.1:8686').describe('Address of the admin server. It asks nobody for a password.'),
    })
    .prefault({})
    .describe('Health and metrics.'),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('The least important messages that are written.'),
      format: z.enum(['auto', 'json', 'text']).default('auto').describe('auto: text on a terminal, JSON lines otherwise.'),
    })
    .prefault({})
    .describe('Log on standard error.'),
})

export type JournalSettings = z.output<typeof journalSchema>
export type ServiceSettings = z.output<typeof serviceSchema>
