import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { toError } from '../core/errors.ts'
import { type FaultShares, parseFaults } from './faults.ts'
import { type Held, textOf } from './held.ts'
import { logTextOf } from './organization_log.ts'
import type { FileRecord } from './recording.ts'
import { parseRecording } from './recording.ts'
import type { RequestCounts } from './request_log.ts'

export const CONTROL_PATH = '/_simulator/'

const BODY_BYTES_MAX = 64 * 1024 * 1024

/** What a test in another process may see and do; none of it needs a key. */
export interface Controlled {
  held(): Iterable<Held>
  counts(): RequestCounts
  faults(): FaultShares
  setFaults(shares: FaultShares): void
  addAll(records: readonly FileRecord[]): void
}

/**
 * `GET /_simulator/events`           all events held now, oldest first, one a line. A line is the event's text
 *                                    as served; a line break between its members is given as a space
 * `GET /_simulator/events?strings`   the same, each text as a JSON string: byte for byte whatever is in it
 * `GET /_simulator/logs`             the same of the older log, whose records are of another shape
 * `POST /_simulator/events`          adds the events of the body (NDJSON, a JSON list, answers)
 * `GET /_simulator/requests`         counts of requests to the API
 * `GET`, `PUT /_simulator/faults`    the switches; PUT takes a list as `--faults` does
 */
export async function control(request: IncomingMessage, response: ServerResponse, controlled: Controlled): Promise<void> {
  const [path, search] = (request.url ?? '').split('?', 2)
  switch (`${request.method} ${path}`) {
    case 'GET /_simulator/events':
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      return pipeline(Readable.from(lines(controlled.held(), search === 'strings')), response)
    case 'GET /_simulator/logs':
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      return pipeline(
        Readable.from(
          lines(
            [...controlled.held()].filter(({ tenant }) => !tenant),
            search === 'strings',
            logTextOf,
          ),
        ),
        response,
      )
    case 'POST /_simulator/events':
      return attempt(response, async () => {
        const records = parseRecording(await bodyOf(request), 'body')
        controlled.addAll(records)
        return { added: records.length }
      })
    case 'GET /_simulator/requests':
      return reply(response, 200, controlled.counts())
    case 'GET /_simulator/faults':
      return reply(response, 200, controlled.faults())
    case 'PUT /_simulator/faults':
      return attempt(response, async () => {
        controlled.setFaults(parseFaults(await bodyOf(request)))
        return controlled.faults()
      })
    default:
      return reply(response, 404, { error: `there is no ${request.method} ${path}` })
  }
}

const LINES_A_CHUNK = 500

function* lines(held: Iterable<Held>, asStrings: boolean, write = textOf): Generator<string> {
  let chunk: string[] = []
  for (const one of held) {
    chunk.push(asStrings ? JSON.stringify(write(one)) : lineOf(write(one)))
    if (chunk.length < LINES_A_CHUNK) continue
    yield `${chunk.join('\n')}\n`
    chunk = []
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`
}

/** In JSON a raw line break can only stand between values: a space there says the same. */
const lineOf = (text: string) => text.replaceAll(/[\r\n]/g, ' ')

async function attempt(response: ServerResponse, act: () => Promise<object>): Promise<void> {
  try {
    reply(response, 200, await act())
  } catch (error) {
    reply(response, 400, { error: toError(error).message })
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > BODY_BYTES_MAX) throw new Error(`the body has more than ${BODY_BYTES_MAX} bytes`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}
