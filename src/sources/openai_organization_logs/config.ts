import { z } from 'zod'
import { pollSettings, start } from '../../paging/settings.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'

/**
 * The older log of an organization: a list with `limit`, `after` and `order`, a log by its id at `<path>/<id>`, and
 * records `{id, event, actor{type, id, name}, target, created_at, api_request, success}`. No public reference of OpenAI
 * describes it (developers.openai.com, API reference, Administration names `/organization/audit_logs` alone; looked
 * up in 2026), so its path is a setting and nothing is asked of it but those three parameters.
 */
export const openaiOrganizationLogsConfig = z.strictObject({
  api_key: secret().describe(
    'Admin key of an Owner of the organization, with the right to read its logs. Read again when its file changes.',
  ),
  base_url: httpUrl({ isBase: true }).prefault('https://api.openai.com/v1').describe('Base URL of the API.'),
  path: z
    .string()
    .regex(/^(\/[A-Za-z0-9._~-]+)+$/, { error: 'expected a path such as /organization/logs' })
    .default('/organization/logs')
    .describe('Path of the list below the base URL. OpenAI publishes none for this log: take the one that you were given.'),
  start: start(),
  ...pollSettings,
  ...httpSettings,
  request_timeout: httpSettings.request_timeout.prefault('60s'),
})

export type OpenaiOrganizationLogsConfig = z.output<typeof openaiOrganizationLogsConfig>
