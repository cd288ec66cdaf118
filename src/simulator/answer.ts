import { type ApiError, errorBody } from './api_error.ts'
import type { FaultName } from './faults.ts'

/** How the bytes of an answer reach the client. */
export type Delivery =
  | 'whole'
  /** In eight pieces with a pause between them. */
  | 'trickled'
  /** Ends early, as a complete answer with the Content-Length of what is sent. */
  | 'cut'
  /** Ends early and the connection with it, though Content-Length promised more. */
  | 'broken_off'
  /** The connection is reset before the status line. */
  | 'reset'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly delivery: Delivery
  readonly delayMs: number
  /** Compress the body. */
  readonly gzip: boolean
  /** Events in it, for the request log. */
  readonly events: number
  readonly faults: readonly FaultName[]
}

const PLAIN = { delivery: 'whole', delayMs: 0, gzip: false, events: 0, faults: [] } as const
const JSON_TYPE = { 'content-type': 'application/json' }

export function errorAnswer(error: ApiError, headers: Readonly<Record<string, string>> = {}, faults: readonly FaultName[] = []): Answer {
  return { ...PLAIN, status: error.status, headers: { ...JSON_TYPE, ...headers }, body: Buffer.from(errorBody(error)), faults }
}

export function htmlAnswer(status: number, title: string, faults: readonly FaultName[]): Answer {
  const body = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body><center><h1>${status} ${title}</h1></center></body>\r\n</html>\r\n`
  return { ...PLAIN, status, headers: { 'content-type': 'text/html' }, body: Buffer.from(body), faults }
}

export function listAnswer(body: Buffer, more: Pick<Answer, 'headers' | 'delivery' | 'gzip' | 'events' | 'faults'>): Answer {
  return { ...PLAIN, status: 200, body, ...more }
}
