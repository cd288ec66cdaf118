import { z } from 'zod'
import { SERVICE_NAME } from '../../record/names.ts'
import { compressionSettings } from '../../toolkit/body/compress.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'

/** "Getting started with Datadog sites" and "Send logs" (docs.datadoghq.com). */
const SITES = [
  'datadoghq.com',
  'us3.datadoghq.com',
  'us5.datadoghq.com',
  'datadoghq.eu',
  'ap1.datadoghq.com',
  'ap2.datadoghq.com',
  'uk1.datadoghq.com',
  'ddog-gov.com',
  'us2.ddog-gov.com',
] as const

const name = () => z.string().min(1).max(200)
/** "Getting started with tags": a letter first, at most 200 characters; commas stand between tags. */
const tag = () => z.string().regex(/^\p{L}[^,\s]{0,199}$/u, { error: 'expected a tag such as env:prod, without commas and spaces' })

export const datadogConfig = z.strictObject({
  site: z.enum(SITES).default('datadoghq.com').describe('The site of your organization. Logs go to `https://http-intake.logs.<site>`.'),
  url: httpUrl()
    .optional()
    .describe(
      'Instead of the site: URL of a private link, of an Observability Pipelines Worker, or of a site that is not listed; `/api/v2/logs` may be left out.',
    ),
  api_key: secret().describe('API key, not an application key. Read again when its file changes.'),
  ddsource: name().default('openai').describe("Datadog's source, by which pipelines choose logs."),
  service: name().default(SERVICE_NAME).describe("Datadog's service."),
  hostname: name().optional().describe("Datadog's host; none when not set."),
  ddtags: z
    .array(tag())
    .max(100)
    .default([])
    .describe('Tags of every log, such as `env:prod`. Events in the format datadog bring tags for their project and organization.'),
  ...compressionSettings(['gzip', 'zstd', 'none']),
  ...httpSettings,
})

export type DatadogConfig = z.output<typeof datadogConfig>
