import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { type Served, serve, textOf } from './requests.ts'

export interface OtlpDouble extends Served {
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
  const double = {
    ...(await serve(answer)),
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
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = idsOf(JSON.parse(await textOf(request)) as ExportRequest)
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
      default:
        return misbehave(response, double.behaviour)
    }
  }

  return double
}

const idsOf = ({ resourceLogs }: ExportRequest): string[] =>
  resourceLogs
    .flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords))
    .map(({ attributes }) => attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? '')
