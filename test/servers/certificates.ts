import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  /** Paths of PEM files. */
  readonly cert: string
  readonly key: string
}

/** A certificate authority of its own, and the certificates it has signed. */
export interface Authority {
  /** Path of the PEM file. */
  readonly ca: string
  /** A certificate for `localhost` and 127.0.0.1, for a server or a client. */
  issue(name: string): Certificate
}

/** Keys and certificates in `folder`, good for a day. */
export function createAuthority(folder: string, name = 'ca'): Authority {
  const file = (base: string) => join(folder, `${name}-${base}`)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const ca = file('ca.pem')
  const caKey = file('ca.key')
  openssl('req', '-x509', ...newKey, '-days', '1', '-subj', `/CN=Test ${name}`, '-keyout', caKey, '-out', ca)
  return {
    ca,
    issue(subject) {
      const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map(ending => file(`${subject}.${ending}`)) as [
        string,
        string,
        string,
        string,
      ]
      writeFileSync(extensions, 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n')
      openssl('req', ...newKey, '-subj', `/CN=${subject}`, '-keyout', key, '-out', request)
      openssl(
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        ca,
        '-CAkey',
        caKey,
        '-CAcreateserial',
        '-days',
        '1',
        '-extfile',
        extensions,
        '-out',
        cert,
      )
      return { cert, key }
    },
  }
}

/** Key and certificate in one PEM file, as Java's servers take them. */
export function bundle({ cert, key }: Certificate, path: string): string {
  writeFileSync(path, readFileSync(key, 'utf8') + readFileSync(cert, 'utf8'))
  return path
}
