import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** `refusing` takes no connection, `hanging` takes every one and never says a word. */
export type Death = 'refusing' | 'hanging'

/** A port of this machine where nothing will ever be delivered. */
export interface DeadPort extends AsyncDisposable {
  readonly port: number
}

export async function deadPort(death: Death): Promise<DeadPort> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket)).on('error', () => {}) // Whoever gives up resets it.
    socket.resume() // It takes what it is sent.
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    if (server.listening) await once(server.close(), 'close')
  }
  if (death === 'refusing') await close()
  return { port, [Symbol.asyncDispose]: close }
}

/** Every destination of the network, at that port, with its own defaults; by type. */
export function sinksAt(port: number): Readonly<Record<string, object>> {
  const url = `http://127.0.0.1:${port}`
  const sinks = {
    datadog: { url, api_key: 'key' },
    elasticsearch: { urls: [url] },
    http: { url },
    kafka: { brokers: [`127.0.0.1:${port}`], topic: 'audit' },
    otlp: { url },
    s3: { endpoint: url, bucket: 'audit', region: 'eu-central-1', access_key_id: 'key', secret_access_key: 'secret' },
    splunk_hec: { url, token: 'key' },
  }
  return Object.fromEntries(Object.entries(sinks).map(([type, settings]) => [type, { type, ...settings }]))
}

/** A file in a folder that nobody has made. */
export const fileNowhere = (folder: string) => ({ type: 'file', path: join(folder, 'missing/audit.ndjson') })
