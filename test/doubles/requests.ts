import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<unknown>

export interface Served extends AsyncDisposable {
  /** Without a path. */
  readonly url: string
}

/** Serves HTTP on this machine until it is disposed of, which ends every connection. */
export async function serve(answer: Answer, port = 0): Promise<Served> {
  const server = createServer(answering(answer))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** For `createServer`: a request whose sender goes away while it is read needs no answer. */
export function answering(answer: Answer): RequestListener {
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.complete || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    })
  }
}

/** The body as it was sent. */
export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>))
}

/** The body as it was before gzip, if it says so; no other compression is understood. */
export async function textOf(request: IncomingMessage): Promise<string> {
  const body = await bytesOf(request)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8')
}
