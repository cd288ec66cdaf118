import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { install } from './install/recipe.ts'
import { TINYPROXY } from './install/recipes.ts'
import { freePort, isListening } from './ports.ts'
import { ServerProcess } from './process.ts'

export interface TinyproxyOptions {
  /** Asked for with every request, when set. */
  readonly login?: { readonly user: string; readonly password: string }
}

/** Its `output` has a line for each connection: `CONNECT … host:port`. */
export type Tinyproxy = ServerProcess & {
  /** `http://127.0.0.1:<port>`, without a login. */
  readonly url: string
}

/** tinyproxy, a forward proxy: CONNECT and plain requests. */
export async function startTinyproxy({ login }: TinyproxyOptions = {}): Promise<Tinyproxy> {
  const binary = join(install(TINYPROXY), 'tinyproxy')
  const folder = temporaryFolder()
  const port = await freePort()
  const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'Allow 127.0.0.1', 'Timeout 60', 'MaxClients 100', 'LogLevel Connect']
  if (login !== undefined) lines.push(`BasicAuth ${login.user} ${login.password}`)
  const config = join(folder.path, 'tinyproxy.conf')
  writeFileSync(config, `${lines.join('\n')}\n`)
  const server = await ServerProcess.start({
    name: 'tinyproxy',
    command: binary,
    args: ['-d', '-c', config],
    folder,
    ready: async () => await isListening(port),
  })
  return Object.assign(server, { url: `http://127.0.0.1:${port}` })
}
