import { join } from 'node:path'
import { temporaryFolder } from '../support/folder.ts'
import { install } from './install/recipe.ts'
import { TOXIPROXY } from './install/recipes.ts'
import { freePort, isAnswering } from './ports.ts'
import { ServerProcess } from './process.ts'

/** What may be done to the bytes on their way; names and attributes as toxiproxy 2.5 has them. */
interface Toxic {
  readonly type: 'latency' | 'bandwidth' | 'slow_close' | 'timeout' | 'reset_peer' | 'slicer' | 'limit_data'
  readonly stream?: 'upstream' | 'downstream'
  readonly attributes?: Readonly<Record<string, number>>
}

interface FaultyLink {
  /** `127.0.0.1:<port>`, which leads to the upstream. */
  readonly address: string
  add(toxic: Toxic): Promise<void>
  /** Refuses connections and cuts those there are, until `up`. */
  down(): Promise<void>
  up(): Promise<void>
  /** Up, and nothing is done to the bytes. */
  heal(): Promise<void>
}

interface Toxiproxy extends AsyncDisposable {
  /** A way to `upstream` (`host:port`) that can be spoiled; through `port` of this machine, if it has to be known before. */
  link(upstream: string, port?: number): Promise<FaultyLink>
}

/** toxiproxy: faults between us and a server. */
export async function startToxiproxy(): Promise<Toxiproxy> {
  const binary = join(install(TOXIPROXY), 'server')
  const apiPort = await freePort()
  const api = `http://127.0.0.1:${apiPort}`
  const server = await ServerProcess.start({
    name: 'toxiproxy',
    command: binary,
    args: ['-host', '127.0.0.1', '-port', String(apiPort)],
    folder: temporaryFolder(),
    ready: async () => await isAnswering(`${api}/version`),
  })
  let links = 0
  return {
    async link(upstream, port) {
      const name = `link${links++}`
      const address = `127.0.0.1:${port ?? (await freePort())}`
      await call(api, '/proxies', { name, listen: address, upstream })
      const setEnabled = (enabled: boolean) => call(api, `/proxies/${name}`, { enabled })
      let toxics: string[] = []
      return {
        address,
        add: async toxic => {
          toxics.push(`toxic${toxics.length}`)
          await call(api, `/proxies/${name}/toxics`, { stream: 'downstream', attributes: {}, ...toxic, name: toxics.at(-1) })
        },
        down: () => setEnabled(false),
        up: () => setEnabled(true),
        heal: async () => {
          await setEnabled(true)
          for (const toxic of toxics) await call(api, `/proxies/${name}/toxics/${toxic}`, undefined, 'DELETE')
          toxics = []
        },
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function call(api: string, path: string, body: object | undefined, method = 'POST'): Promise<void> {
  const response = await fetch(api + path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const answer = await response.text()
  if (!response.ok) throw new Error(`toxiproxy answered ${response.status} to ${path}: ${answer}`)
}
