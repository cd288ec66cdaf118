import { readFileSync } from 'node:fs'
import { getCACertificates, type SecureVersion } from 'node:tls'
import { ConfigError } from '../../core/errors.ts'

export interface TlsOptions {
  /** PEM file of authorities that are trusted beside the system's. */
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
  readonly serverName?: string | undefined
  readonly minVersion?: SecureVersion | undefined
}

/** What undici's connector and Node's own clients take. */
export function tlsConnectOptions(tls: TlsOptions | undefined) {
  if (tls === undefined) return {}
  return {
    // `ca` replaces the system's authorities, so they are named too.
    ...(tls.caFile === undefined ? {} : { ca: [...getCACertificates('default'), read(tls.caFile, 'ca_file')] }),
    ...(tls.certFile === undefined ? {} : { cert: read(tls.certFile, 'cert_file') }),
    ...(tls.keyFile === undefined ? {} : { key: read(tls.keyFile, 'key_file') }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
  }
}

function read(path: string, setting: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError('tls.unreadable', `tls.${setting}: ${path} can't be read: ${(cause as Error).message}`, { cause })
  }
}
