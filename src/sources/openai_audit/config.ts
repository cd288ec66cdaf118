import { z } from 'zod'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { rateLimit, start } from '../../paging/settings.ts'
import { duration, httpUrl, secret } from '../../toolkit/settings.ts'

const ids = (what: string) => z.array(z.string().min(1)).max(1000).default([]).describe(`Only ${what}; all when empty.`)

export const openaiAuditConfig = z.strictObject({
  api_key: secret().describe(
    'Admin key of an Owner of the organization, with the scope api.audit_logs.read. Read again when its file changes.',
  ),
  base_url: httpUrl().prefault('https://api.openai.com/v1').describe('Base URL of the API.'),
  start: start(),
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
  rate_limit: rateLimit().optional(),
  ...httpSettings,
  request_timeout: httpSettings.request_timeout.prefault('60s'),
})

export type OpenaiAuditConfig = z.output<typeof openaiAuditConfig>
