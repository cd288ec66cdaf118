import { z } from 'zod'
import { compressionSettings } from '../../toolkit/body/compress.ts'
import { isWholeLogin, LOGIN_INCOMPLETE, loginSettings } from '../../toolkit/http/login.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'
import { indexFault } from './index_name.ts'

export const elasticsearchConfig = z
  .strictObject({
    urls: z
      .array(httpUrl())
      .min(1)
      .max(100)
      .describe(
        'Of the nodes, such as https://elastic.example:9200. Requests go round; a node that does not answer is left aside for a while and tried again.',
      ),
    index: z
      .string()
      .min(1)
      .max(255)
      .superRefine((template, context) => {
        const fault = indexFault(template)
        if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: template })
      })
      .default('logs-openai.audit-default')
      .describe(
        'The data stream, alias or index. `{source}`, `{stream}` and, by the time of the event in UTC, `{month}` (`2026.01`) and `{day}` (`2026.01.31`) are filled in for each event. A data stream needs a template: `tailrace assets elasticsearch` installs one, for the format ecs. Events of other formats are given an `@timestamp`.',
      ),
    pipeline: z.string().min(1).max(255).optional().describe('Ingest pipeline that the events go through.'),
    api_key: secret()
      .optional()
      .describe('API key, as `id:key` or in its encoded form. Elasticsearch alone has them. Read again when its file changes.'),
    ...loginSettings,
    deduplicate: z
      .enum(['replays', 'always', 'never'])
      .default('replays')
      .describe(
        'An `_id` is unique in one index only, so after a rollover an event that is written again would stand twice. `replays` looks whether it is there already before it writes an event that may have been sent before: whatever was received before this start, or before a request without an answer. That costs two searches and a refresh for a batch of such events, and the rights to refresh and search. `always` looks for every event: for several replicas with the same sink. `never` does not look, which is right for an index that does not roll over. With each of them an event that is there stays as it is: a replay after a change of `format`, `redact` or the mapping needs another `index`, or the old one removed.',
      ),
    ...compressionSettings(['gzip', 'none']),
    ...httpSettings,
  })
  .refine(isWholeLogin, LOGIN_INCOMPLETE)
  .refine(({ api_key, username }) => api_key === undefined || username === undefined, { error: 'api_key and username exclude each other' })

export type ElasticsearchConfig = z.output<typeof elasticsearchConfig>
