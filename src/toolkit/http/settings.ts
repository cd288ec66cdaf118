import { z } from 'zod'
import { duration } from '../settings.ts'
import { tlsSettings } from '../tls.ts'

/** The settings that every component over HTTP shares. */
export const httpSettings = {
  request_timeout: duration({ min: '1s', max: '10m' }).prefault('30s').describe('Time for one request, its answer included.'),
  proxy: z
    .string()
    .min(1)
    .optional()
    .describe(
      '`none`, or the URL of a proxy. When not set, HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment hold; NO_PROXY may name CIDR ranges.',
    ),
  tls: tlsSettings().optional().describe('For https:// URLs.'),
  headers: z
    .record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string())
    .default({})
    .describe('Sent with every request.'),
}
