import { createServer, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ListenAddress } from '../../config/sections.ts'
import { ConfigError, toError } from '../../core/errors.ts'

export interface AdminAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

export type AdminRoutes = Readonly<Record<string, () => Promise<AdminAnswer>>>

export interface AdminServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8686`. */
  readonly url: string
}

/** A slow reader must not hold a connection for ever (invariant 5). */
const REQUEST_MS_MAX = 10_000
export const CONNECTIONS_MAX = 64

export const json = (status: number, value: unknown): AdminAnswer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
})

/** Serves the routes until it is disposed of. A taken port is told as a mistake of the configuration. */
export async function startAdminServer(listen: ListenAddress, routes: AdminRoutes): Promise<AdminServer> {
  const server = createServer((request, response) => {
    void answer(request.method, request.url, routes).then(({ status, contentType, body }) => {
      response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
      response.end(request.method === 'HEAD' ? undefined : body)
    })
  })
  server.requestTimeout = REQUEST_MS_MAX
  limitConnections(server)
  await listening(server, listen)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`,
    [Symbol.asyncDispose]: () => closed(server),
  }
}

/** The oldest connection yields to a new one: whoever holds many must not keep out a probe, or the process is killed for it. */
function limitConnections(server: Server): void {
  const open = new Set<Socket>()
  server.on('connection', socket => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    if (open.size <= CONNECTIONS_MAX) return
    const [oldest] = open
    open.delete(oldest!)
    oldest!.destroy()
  })
}

async function answer(method: string | undefined, url: string | undefined, routes: AdminRoutes): Promise<AdminAnswer> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'Only GET is answered here' })
  const path = (url ?? '/').split('?')[0]!
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return json(404, { error: `There is nothing here; see ${Object.keys(routes).join(', ')}` })
  try {
    return await route()
  } catch (cause) {
    return json(500, { error: toError(cause).message })
  }
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  const ready = Promise.withResolvers<void>()
  server.once('error', ready.reject)
  server.listen(port, host, ready.resolve)
  try {
    await ready.promise
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const reason = code === 'EADDRINUSE' ? 'is in use by another process' : `can not be listened on: ${toError(cause).message}`
    const message = `service.admin.listen: ${host}:${port} ${reason}; set another address, or service.admin.enabled: false`
    throw new ConfigError('admin.listen', message, { path: ['service', 'admin', 'listen'], cause })
  } finally {
    server.off('error', ready.reject)
  }
}

async function closed(server: Server): Promise<void> {
  const done = Promise.withResolvers<void>()
  server.close(() => done.resolve())
  server.closeAllConnections()
  await done.promise
}
