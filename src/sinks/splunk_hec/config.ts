import { z } from 'zod'
import { compressionSettings } from '../../toolkit/body/compress.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { duration, httpUrl, secret } from '../../toolkit/settings.ts'

const name = () => z.string().min(1).max(1024)

export const splunkHecConfig = z.strictObject({
  url: httpUrl({ isBase: true }).describe(
    'URL of the HTTP Event Collector, such as https://splunk.example:8088; `/services/collector/…` may be left out.',
  ),
  token: secret().describe('HEC token. Read again when its file changes.'),
  index: name().optional().describe("Index; the token's own when not set."),
  source: name().optional().describe("Splunk's source field; `tailrace:<source id>` when not set."),
  sourcetype: name().optional().describe("Splunk's sourcetype field; `openai:audit:<format>` when not set, such as `openai:audit:ecs`."),
  host: name().default('api.openai.com').describe("Splunk's host field."),
  fields: z.record(name(), z.string()).default({}).describe('Indexed fields sent with every event. `event_id` is always among them.'),
  acknowledge: z
    .boolean()
    .default(false)
    .describe(
      'Waits until the indexer has the events, which needs a token with indexer acknowledgement; without it, events that the collector has taken and not yet indexed can be lost there. A write then takes as long as the indexer: raise concurrency. Behind a load balancer, all requests have to reach the same collector.',
    ),
  acknowledge_timeout: duration({ min: '1s', max: '1h' }).prefault('5m').describe('A batch not acknowledged by then is sent again.'),
  acknowledge_interval: duration({ min: '100ms', max: '1m' })
    .prefault('1s')
    .describe('Between two questions for the acknowledgement of a batch.'),
  ...compressionSettings(['gzip', 'none']),
  ...httpSettings,
})

export type SplunkHecConfig = z.output<typeof splunkHecConfig>
