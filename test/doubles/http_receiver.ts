import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { temporaryFolder } from '../support/folder.ts'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { answering, bytesOf } from './requests.ts'

interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface HttpReceiver extends AsyncDisposable {
  readonly url: string
  /** What it was sent with a good login and a body, in the file that it appends to, one event a line. */
  lines(): readonly string[]
  /** Of those that it took. */
  ids(): readonly string[]
  /** With a good login and a body. */
  readonly requests: readonly ReceivedRequest[]
  mode: Behaviour
  /** The status of an answer to events, and its body. */
  status: number
  text: string
  /** A request with one of these ids is refused as a whole. */
  readonly refused: Set<string>
  /** What a HEAD or a GET is answered. */
  healthStatus: number
  /** Ends every connection and listens no more. */
  stop(): Promise<void>
  /** Listens again, at the same address, with what was written down. */
  start(): Promise<void>
}

/** A server that takes JSON, by line or by list, and writes it down before it answers. Wants `authorization` in each request. */
export async function startHttpReceiver(authorization: string): Promise<HttpReceiver> {
  const folder = temporaryFolder()
  const file = join(folder.path, 'received.ndjson')
  writeFileSync(file, '')
  const requests: ReceivedRequest[] = []
  const server = createServer(answering(answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  const lines = () => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const receiver = {
    url: `http://127.0.0.1:${port}/ingest`,
    requests,
    lines,
    ids: () => lines().map(line => (JSON.parse(line) as { id: string }).id),
    mode: 'accept' as Behaviour,
    status: 200,
    text: '{}',
    refused: new Set<string>(),
    healthStatus: 405,
    stop,
    async start() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await stop()
      folder[Symbol.dispose]()
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const body = await bodyOf(request)
    if (headers.authorization !== authorization) return void response.writeHead(401).end('Who are you?')
    if (method === 'HEAD' || method === 'GET') return void response.writeHead(receiver.healthStatus).end()
    requests.push({ method, path, headers, body })
    switch (receiver.mode) {
      case 'busy':
        return void response.writeHead(503, { 'retry-after': '1' }).end('later')
      case 'accept':
        return take(body, headers, response)
      default:
        return misbehave(response, receiver.mode)
    }
  }

  function take(body: string, headers: IncomingMessage['headers'], response: ServerResponse): void {
    const texts =
      headers['content-type'] === 'application/json' ? (JSON.parse(body) as object[]).map(event => JSON.stringify(event)) : linesOf(body)
    if (texts.some(text => receiver.refused.has((JSON.parse(text) as { id: string }).id)))
      return void response.writeHead(422).end('I refuse one of them')
    if (receiver.status < 300) appendFileSync(file, texts.map(text => `${text}\n`).join(''))
    response.writeHead(receiver.status).end(receiver.status === 204 ? undefined : receiver.text)
  }

  return receiver
}

function linesOf(body: string): readonly string[] {
  const lines = body.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  return lines
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const body = await bytesOf(request)
  switch (request.headers['content-encoding']) {
    case 'gzip':
      return gunzipSync(body).toString('utf8')
    case 'zstd':
      return zstdDecompressSync(body).toString('utf8')
    default:
      return body.toString('utf8')
  }
}
