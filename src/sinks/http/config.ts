import { z } from 'zod'
import { compressionSettings } from '../../toolkit/body/compress.ts'
import { isWholeLogin, LOGIN_INCOMPLETE, loginSettings } from '../../toolkit/http/login.ts'
import { httpSettings } from '../../toolkit/http/settings.ts'
import { httpUrl, secret } from '../../toolkit/settings.ts'

export const httpConfig = z
  .strictObject({
    url: httpUrl().describe('Where the events are sent.'),
    method: z.enum(['POST', 'PUT']).default('POST').describe('Of each request.'),
    encoding: z
      .enum(['ndjson', 'json_array'])
      .default('ndjson')
      .describe(
        'What a request holds: `ndjson`, one event a line, as `application/x-ndjson`; `json_array`, a list of them, as `application/json`. Another `content-type` can be set under `headers`.',
      ),
    token: secret().optional().describe('Sent as `Authorization: Bearer …`. Read again when its file changes.'),
    ...loginSettings,
    health_path: z
      .string()
      .regex(/^\/\S*$/, 'expected a path, such as /health')
      .optional()
      .describe(
        'Path on the same host that answers 2xx to a GET when all is well, for `tailrace check`. Without it, url is asked by HEAD.',
      ),
    ...compressionSettings(['none', 'gzip', 'zstd']),
    ...httpSettings,
  })
  .refine(isWholeLogin, LOGIN_INCOMPLETE)
  .refine(({ token, username }) => token === undefined || username === undefined, { error: 'token and username exclude each other' })

export type HttpConfig = z.output<typeof httpConfig>
