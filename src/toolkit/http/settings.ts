import { z } from 'zod'
import type { Secret } from '../secret.ts'
import { duration, secret } from '../settings.ts'
import { TlsMaterial, tlsSettings } from '../tls.ts'
import { isProxy } from './proxy.ts'

/** A token of RFC 9110, 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const HEADER_NAME_WORDS = "expected the name of a header, of letters, digits and !#$%&'*+.^_`|~-"

/** The settings that every component over HTTP shares: `z.strictObject({ url: httpUrl(), …, ...httpSettings })`. */
export const httpSettings = {
  request_timeout: duration({ min: '1s', max: '10m' }).prefault('30s').describe('Time for one request, its answer included.'),
  proxy: secret()
    .refine(value => value.isFile || isProxy(value.reveal()), { error: 'expected `none`, or the http:// or https:// URL of a proxy' })
    .optional()
    .meta({ writeOnly: true })
    .describe(
      '`none`, or the URL of a proxy, with `user:password@` if it needs a login. When not set, HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment hold; NO_PROXY may name CIDR ranges.',
    ),
  tls: tlsSettings().optional().describe('For https:// URLs.'),
  headers: z
    .record(z.string().regex(HEADER_NAME, { error: HEADER_NAME_WORDS }), secret())
    .default({})
    .describe('Sent with every request.'),
}

export interface HttpSettings {
  readonly request_timeout: number
  readonly proxy?: Secret | undefined
  readonly tls?: z.output<ReturnType<typeof tlsSettings>> | undefined
  readonly headers: Readonly<Record<string, Secret>>
}

/** The shared settings as `createHttpEndpoint` takes them, and the secrets among them, whose change may end a blocked state. */
export function httpOptions(config: HttpSettings) {
  const tls = config.tls === undefined ? undefined : new TlsMaterial(config.tls)
  const own = Object.entries(config.headers)
  return {
    timeoutMs: config.request_timeout,
    proxy: config.proxy,
    tls,
    /** The configured headers, revealed; they go first, so that the component's own win. */
    headers: (): Readonly<Record<string, string>> => Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), value.reveal()])),
    secrets: [...own.map(([, value]) => value), ...(config.proxy === undefined ? [] : [config.proxy]), ...(tls?.secrets ?? [])],
  }
}
