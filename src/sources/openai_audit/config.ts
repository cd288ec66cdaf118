import { z } from 'zod'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { duration, httpUrl, parseDurationMs, secret } from '../../toolkit/settings.ts'

const YEAR_MS = 365 * 86_400_000
const ids = (what: string) => z.array(z.string().min(1)).max(1000).default([]).describe(`Only ${what}; all when empty.`)

/** Where a stream begins that has no position yet; gives ms since 1970 as a function of now, or undefined for now itself. */
const start = z
  .string()
  .default('now')
  .meta({ format: 'now, beginning, a duration back such as 30d, or an ISO 8601 time' })
  .describe('Where to begin when nothing has been read yet: `now`, `beginning`, a duration back such as `30d`, or an ISO 8601 time.')
  .transform((text, context): ((nowMs: number) => number | undefined) => {
    if (text === 'now') return () => undefined
    if (text === 'beginning') return () => 0
    const backMs = parseDurationMs(text)
    if (backMs !== undefined && backMs <= 50 * YEAR_MS) return nowMs => nowMs - backMs
    const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
    if (!Number.isNaN(atMs) && atMs >= 0) return () => atMs
    context.addIssue({
      code: 'custom',
      message: 'expected "now", "beginning", a duration back such as "30d", or an ISO 8601 time such as "2026-01-31T00:00:00Z"',
      input: text,
    })
    return z.NEVER
  })

const rateLimit = z
  .string()
  .meta({ format: 'requests a second or minute, such as 5/s or 120/m' })
  .describe('The most requests of this source, such as `5/s` or `120/m`. No limit of its own when not set; a 429 is always honoured.')
  .transform((text, context): number => {
    const [, count, unit] = /^(\d{1,6}(?:\.\d+)?)\/(s|m)$/.exec(text) ?? []
    if (count !== undefined && Number(count) > 0) return (unit === 's' ? 1000 : 60_000) / Number(count)
    context.addIssue({ code: 'custom', message: 'expected requests a second or minute, such as "5/s" or "120/m"', input: text })
    return z.NEVER
  })

export const openaiAuditConfig = z.strictObject({
  api_key: secret().describe(
    'Admin key of an Owner of the organization, with the scope api.audit_logs.read. Read again when its file changes.',
  ),
  base_url: httpUrl().prefault('https://api.openai.com/v1').describe('Base URL of the API.'),
  start,
  tenant_events: z.boolean().default(false).describe('Reads the tenant-scoped events too, as a stream of its own with its own position.'),
  project_ids: ids('events of these projects'),
  event_types: ids('events of these types'),
  actor_ids: ids('events by these users, service accounts or key tracking ids'),
  actor_emails: ids('events by users with these addresses'),
  resource_ids: ids('events on these targets'),
  page_size: z.int().min(1).max(1000).default(100).describe('Events asked for in one request. The OpenAI API takes at most 100.'),
  poll_interval: duration({ min: '100ms', max: '1h' }).prefault('15s').describe('Between two looks for new events.'),
  overlap: duration({ min: '1s', max: '12h' }).prefault('15m').describe('How late an event may be listed and still be found.'),
  sweep_interval: duration({ min: '1s', max: '1d' }).prefault('5m').describe('Between two listings of the whole overlap, for late events.'),
  window_concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(32)
    .describe('The most windows of the past fetched at once; adapts below it, from 4.'),
  rate_limit: rateLimit.optional(),
  ...httpSettings,
  request_timeout: httpSettings.request_timeout.prefault('60s'),
})

export type OpenaiAuditConfig = z.output<typeof openaiAuditConfig>
