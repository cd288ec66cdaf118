import { getCACertificates, type SecureVersion } from 'node:tls'
import { z } from 'zod'
import { Secret } from './secret.ts'
import { secret } from './settings.ts'

const path = () => z.string().min(1)

/** How a destination is known to be the right one, and we to it. */
export function tlsSettings() {
  return z
    .strictObject({
      ca_file: path().optional().describe('PEM file of the authorities that are trusted beside those of the system.'),
      cert_file: path().optional().describe('PEM file of the client certificate, with its chain.'),
      key_file: path().optional().describe('PEM file of the key of the client certificate.'),
      key_passphrase: secret().optional().describe('Opens the key.'),
      server_name: z
        .string()
        .min(1)
        .optional()
        .describe("Name the server's certificate has to bear, when it is not the one of the address."),
      min_version: z.enum(['1.2', '1.3']).default('1.2').describe('Lowest version of TLS.'),
      insecure_skip_verify: z
        .boolean()
        .default(false)
        .describe('Takes any certificate, so that anybody on the way can read the events and the credentials: for tests alone.'),
    })
    .refine(({ cert_file, key_file }) => (cert_file === undefined) === (key_file === undefined), {
      error: 'a client certificate needs both cert_file and key_file',
    })
}

export type TlsSettings = z.output<ReturnType<typeof tlsSettings>>

/** What `tls.connect` and `https.Agent` take. */
export interface TlsOptions {
  readonly ca?: string[]
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  readonly servername?: string
  readonly minVersion: SecureVersion
  readonly rejectUnauthorized?: false
}

/** The files behind the settings, read again whenever they have changed, so that a certificate can be renewed without a restart. */
export class TlsMaterial {
  readonly #settings: TlsSettings
  readonly #ca: Secret | undefined
  readonly #cert: Secret | undefined
  readonly #key: Secret | undefined

  constructor(settings: TlsSettings) {
    const { ca_file, cert_file, key_file } = settings
    this.#settings = settings
    this.#ca = ca_file === undefined ? undefined : Secret.file(ca_file)
    this.#cert = cert_file === undefined ? undefined : Secret.file(cert_file)
    this.#key = key_file === undefined ? undefined : Secret.file(key_file)
  }

  /** Throws `BlockedError` when a file can't be read. */
  options(): TlsOptions {
    const { key_passphrase, server_name, min_version, insecure_skip_verify } = this.#settings
    return {
      minVersion: `TLSv${min_version}`,
      ...(server_name !== undefined && { servername: server_name }),
      // An authority of one's own would otherwise replace those of the system.
      ...(this.#ca && { ca: [...getCACertificates('default'), this.#ca.reveal()] }),
      ...(this.#cert && this.#key && { cert: this.#cert.reveal(), key: this.#key.reveal() }),
      ...(key_passphrase && { passphrase: key_passphrase.reveal() }),
      ...(insecure_skip_verify && { rejectUnauthorized: false }),
    }
  }

  /** Changes whenever one of the files does. */
  get version(): string {
    return this.secrets.map(file => file.version).join(' ')
  }

  /** The files whose change may mend a refused connection. */
  get secrets(): readonly Secret[] {
    return [this.#ca, this.#cert, this.#key, this.#settings.key_passphrase].filter(file => file !== undefined)
  }
}

/** Error codes of Node and OpenSSL that an operator has to act on: another attempt at TLS would end the same way. */
const TLS_REFUSALS = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'EPROTO',
])

/** The code of the first failure of TLS among an error and its causes. */
export function tlsRefusal(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown }
    if (typeof code === 'string' && (TLS_REFUSALS.has(code) || /^ERR_(SSL|OSSL)_/.test(code))) return code
  }
  return undefined
}

/** What to do about it, in the operator's words. */
export function tlsRemedy(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH') {
    return "the server's certificate bears another name: correct the address, or set tls.server_name"
  }
  if (/ALERT|ERR_OSSL/.test(code)) return 'the client certificate was refused: see tls.cert_file and tls.key_file'
  if (/WRONG_VERSION|UNSUPPORTED_PROTOCOL|EPROTO/.test(code)) {
    return 'the two sides share no version of TLS, or the address speaks none: see the address and tls.min_version'
  }
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return "the server's certificate is not valid now: renew it there, or set the clock here"
  return "the authority of the server's certificate is not trusted: name it in tls.ca_file"
}
