import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { createAuthority } from './certificates.ts'
import { install } from './install/recipe.ts'
import { VERSITYGW } from './install/recipes.ts'
import { freePort, isListening } from './ports.ts'
import { ServerProcess } from './process.ts'

export type Versitygw = ServerProcess & {
  /** `http://127.0.0.1:<port>`, or `https://localhost:<port>` with TLS. */
  readonly url: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Path of the CA's certificate, with TLS. */
  readonly ca: string | undefined
  /** Where the objects stand: `<data>/<bucket>/<key>`. */
  readonly data: string
}

/** versitygw: an S3 server over a folder, with signatures, checksums, If-None-Match, versions and Object Lock. */
export async function startVersitygw({ tls = false }: { tls?: boolean } = {}): Promise<Versitygw> {
  const binary = join(install(VERSITYGW), 'versitygw')
  const folder = temporaryFolder()
  const [data, versions] = [join(folder.path, 'data'), join(folder.path, 'versions')]
  mkdirSync(data)
  mkdirSync(versions)
  const port = await freePort()
  const [region, accessKeyId, secretAccessKey] = ['eu-central-1', 'testkey', 'testsecret']
  const authority = tls ? createAuthority(folder.path) : undefined
  const certificate = authority?.issue('versitygw')
  const secure = certificate === undefined ? [] : ['--cert', certificate.cert, '--key', certificate.key]
  const server = await ServerProcess.start({
    name: 'versitygw',
    command: binary,
    args: ['--port', `127.0.0.1:${port}`, '--region', region, ...secure, 'posix', '--versioning-dir', versions, data],
    env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
    folder,
    ready: async () => await isListening(port),
  })
  const url = tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`
  return Object.assign(server, { url, region, accessKeyId, secretAccessKey, ca: authority?.ca, data })
}
