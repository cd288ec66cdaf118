import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import type { Behaviour } from '../contract/sink_contract.ts'
import { answering } from './requests.ts'

export interface OtlpDouble extends AsyncDisposable {
  readonly url: string
  readonly ids: readonly string[]
  /** How many requests with records have arrived. */
  readonly requests: number
  /** Of the last request. */
  readonly headers: IncomingHttpHeaders
  behaviour: Behaviour
  /** Of a busy answer. */
  status: number
  /** `Retry-After` of a busy answer, in seconds or as a date. */
  retryAfter: string | undefined
}

interface ExportRequest {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly {
        readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[]
      }[]
    }[]
  }[]
}

/** A receiver of OTLP logs in JSON over HTTP (OTLP 1.10, "OTLP/HTTP"). */
export async function startOtlpDouble(): Promise<OtlpDouble> {
  const ids: string[] = []
  let requests = 0
  let headers: IncomingHttpHeaders = {}
  const server = createServer(answering(answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const double = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behaviour: 'accept' as Behaviour,
    status: 503,
    retryAfter: undefined as string | undefined,
    ids,
    get requests() {
      return requests
    },
    get headers() {
      return headers
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(Buffer.concat(pieces)) : Buffer.concat(pieces)
    const received = idsOf(JSON.parse(body.toString()) as ExportRequest)
    headers = request.headers
    if (received.length > 0) requests++
    response.setHeader('content-type', 'application/json')
    switch (double.behaviour) {
      case 'accept':
        ids.push(...received)
        return void response.end('{"partialSuccess":{}}')
      case 'busy':
        if (double.retryAfter !== undefined) response.setHeader('retry-after', double.retryAfter)
        return void response.writeHead(double.status).end('{"code":14,"message":"busy"}')
      case 'hang':
        return
      case 'trickle':
        return trickle(response)
      case 'cut_off':
        return void response.writeHead(200, { 'content-length': '100' }).write('{"partialSuccess":', () => response.destroy())
      case 'reset':
        return void request.socket.resetAndDestroy()
      case 'redirect':
        return void response.writeHead(302, { location: 'https://login.example/' }).end()
      case 'huge':
        return void response.end('x'.repeat(4 * 1024 * 1024))
    }
  }

  return double
}

const idsOf = ({ resourceLogs }: ExportRequest): string[] =>
  resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    .map(({ attributes }) => attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? '')

/** A character now and then, without an end. */
function trickle(response: ServerResponse): void {
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 50)
  response.once('close', () => clearInterval(timer))
}
