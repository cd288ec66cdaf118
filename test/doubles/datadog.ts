import type { IncomingMessage, ServerResponse } from 'node:http'
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'
import { scanJsonTexts } from './json_texts.ts'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { bytesOf, type Served, serve } from './requests.ts'

export interface DatadogLog {
  /** `event_id`; empty where there is none. */
  readonly id: string
  readonly log: JsonObject
  /** As it stood in the body. */
  readonly text: string
}

export type DatadogMode = Behaviour | 'failing' | 'refuse' | 'too_large' | 'not_datadog'

export interface DatadogDouble extends Served {
  readonly logs: readonly DatadogLog[]
  /** Answered with 202 and not kept: their date is out of the window, or they were cut at 1 MB. */
  readonly lost: readonly DatadogLog[]
  /** Requests with a good key. */
  readonly requests: readonly { readonly bytes: number; readonly logs: number; readonly encoding: string | undefined }[]
  apiKey: string
  mode: DatadogMode
  /** `Retry-After` of a busy answer. */
  retryAfter: string | undefined
  /** Ids of events for whose sake a whole request is refused. */
  readonly refused: Set<string>
}

/*
  A stand-in for Datadog's logs intake v2, stricter than lenient. [S] is "Send logs",
  docs.datadoghq.com/api/latest/logs/send-logs; [R] "Log Date Remapper", docs.datadoghq.com/logs/log_configuration/processors/log_date_remapper.
*/
const PATH = '/api/v2/logs' // [S] POST https://http-intake.logs.<site>/api/v2/logs
const REQUEST_BYTES_MAX = 5_000_000 // [S] Maximum content size per payload (uncompressed): 5MB
const LOG_BYTES_MAX = 1_000_000 // [S] Maximum size for a single log: 1MB; "Any log exceeding 1MB is accepted and truncated by Datadog"
const LOGS_MAX = 1000 // [S] Maximum array size if sending multiple logs in an array: 1000 entries
const PAST_MS_MAX = 18 * 3_600_000 // [S] [R] "up to 18 hours in the past
const FUTURE_MS_MAX = 2 * 3_600_000 //    … and two hours in the future"
const DATES = ['timestamp', 'date', '_timestamp', 'Timestamp', 'eventTime', 'published_date'] // [R] default attributes
const TEXTS = ['ddsource', 'ddtags', 'hostname', 'service', 'message'] // [S] HTTPLogItem: these are strings

export async function startDatadogDouble(apiKey = 'good', port = 0): Promise<DatadogDouble> {
  const logs: DatadogLog[] = []
  const lost: DatadogLog[] = []
  const requests: { bytes: number; logs: number; encoding: string | undefined }[] = []
  const double = {
    ...(await serve(answer, port)),
    logs,
    lost,
    requests,
    apiKey,
    mode: 'accept' as DatadogMode,
    retryAfter: undefined as string | undefined,
    refused: new Set<string>(),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await bytesOf(request)
    const refusal = refusalOf(request, double.apiKey)
    if (refusal !== undefined) return void reply(response, ...refusal)
    const encoding = request.headers['content-encoding']
    const body = unpacked(received, encoding)
    if (body === undefined) return void reply(response, 400, 'Bad Request', 'Unable to decompress the payload')
    const texts = body.length > REQUEST_BYTES_MAX ? undefined : textsIn(body.toString('utf8'))
    const isEmpty = texts?.length === 0
    if (!isEmpty) requests.push({ bytes: body.length, logs: texts?.length ?? 0, encoding })
    if (double.mode !== 'accept' && !isEmpty) return void fail(response, double.mode)
    if (body.length > REQUEST_BYTES_MAX) return void reply(response, 413, 'Request Entity Too Large', 'Payload too large')
    if (texts === undefined || texts.length > LOGS_MAX) return void reply(response, 400, 'Bad Request', 'Malformed payload')
    const read = texts.map(readLog)
    if (!read.every(({ log }) => isLog(log)) || read.some(({ id }) => double.refused.has(id)))
      return void reply(response, 400, 'Bad Request', 'Invalid log')
    for (const entry of read) (isKept(entry) ? logs : lost).push(entry)
    response.writeHead(202, { 'content-type': 'application/json' }).end('{}') // [S] 202: the request has been accepted for processing
  }

  function fail(response: ServerResponse, mode: Exclude<DatadogMode, 'accept'>): unknown {
    switch (mode) {
      case 'busy': {
        const headers = double.retryAfter === undefined ? {} : { 'retry-after': double.retryAfter }
        return reply(response, 429, 'Too Many Requests', 'slow down', headers)
      }
      case 'failing':
        return reply(response, 503, 'Service Unavailable', 'try again')
      case 'refuse':
        return reply(response, 400, 'Bad Request', 'Malformed payload')
      case 'too_large':
        return reply(response, 413, 'Request Entity Too Large', 'Payload too large')
      case 'not_datadog':
        return response.writeHead(200).end('<html>Welcome</html>')
      default:
        return misbehave(response, mode, { status: 202 })
    }
  }
  return double
}

/** [S] HTTPLogErrors: { errors: [{ detail, status, title }] } */
function reply(response: ServerResponse, status: number, title: string, detail: string, headers = {}): ServerResponse {
  const body = JSON.stringify({ errors: [{ status: String(status), title, detail }] })
  return response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

/** [S] 401: likely a missing API key; 403: likely an invalid one; headers DD-API-KEY, Content-Type, Content-Encoding. */
function refusalOf({ url, method, headers }: IncomingMessage, apiKey: string): [number, string, string] | undefined {
  if (url !== PATH || method !== 'POST') return [404, 'Not Found', 'no such endpoint']
  if (headers['dd-api-key'] === undefined) return [401, 'Unauthorized', 'API key is missing']
  if (headers['dd-api-key'] !== apiKey) return [403, 'Forbidden', 'API key is invalid']
  return headers['content-type'] === 'application/json' ? undefined : [415, 'Unsupported Media Type', 'send application/json']
}

function readLog(text: string): DatadogLog {
  const log = JSON.parse(text) as JsonObject
  return { id: typeof log.event_id === 'string' ? log.event_id : '', log, text }
}

/** Whether the fields that Datadog reserves are what it takes. */
const isLog = (log: JsonObject) =>
  isJsonObject(log) && typeof log.message === 'string' && TEXTS.every(name => ['string', 'undefined'].includes(typeof log[name]))

function isKept({ log, text }: DatadogLog): boolean {
  if (Buffer.byteLength(text) > LOG_BYTES_MAX) return false
  const date = DATES.map(name => log[name]).find(value => value !== undefined)
  if (date === undefined) return true // [R] "Datadog timestamps the logs with the date it received them"
  const ageMs = Date.now() - (typeof date === 'string' ? Date.parse(date) : Number(date))
  return ageMs <= PAST_MS_MAX && ageMs >= -FUTURE_MS_MAX
}

/** The members of a JSON array of objects, as they stand in it; undefined if it is none. */
function textsIn(body: string): readonly string[] | undefined {
  try {
    const members: unknown = JSON.parse(body)
    return Array.isArray(members) && members.every(isJsonObject) ? scanJsonTexts(body) : undefined
  } catch {
    return undefined
  }
}

/** [S] gzip, deflate and identity; zstd as the Agent sends it (docs.datadoghq.com/agent/logs/log_transport). */
function unpacked(body: Buffer, encoding: string | undefined): Buffer | undefined {
  try {
    if (encoding === undefined || encoding === 'identity') return body
    if (encoding === 'gzip') return gunzipSync(body)
    if (encoding === 'deflate') return inflateSync(body)
    return encoding === 'zstd' ? zstdDecompressSync(body) : undefined
  } catch {
    return undefined
  }
}
