import { z } from 'zod'
import { pollSettings, start } from '../../paging/settings.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'

const ids = (what: string) => z.array(z.string().min(1)).max(1000).default([]).describe(`Only ${what}; all when empty.`)

export const openaiAuditConfig = z.strictObject({
  api_key: secret().describe(
    'Admin key of an Owner of the organization, with the scope api.audit_logs.read. Read again when its file changes.',
  ),
  base_url: httpUrl({ isBase: true }).prefault('https://api.openai.com/v1').describe('Base URL of the API.'),
  start: start(),
  tenant_events: z.boolean().default(false).describe('Reads the tenant-scoped events too, as a stream of its own with its own position.'),
  project_ids: ids('events of these projects'),
  event_types: ids('events of these types'),
  actor_ids: ids('events by these users, service accounts or key tracking ids'),
  actor_emails: ids('events by users with these addresses'),
  resource_ids: ids('events on these targets'),
  ...pollSettings,
  window_concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(64)
    .describe('The most windows of the past fetched at once; adapts below it, from 4.'),
  ...httpSettings,
  request_timeout: httpSettings.request_timeout.prefault('60s'),
})

export type OpenaiAuditConfig = z.output<typeof openaiAuditConfig>
