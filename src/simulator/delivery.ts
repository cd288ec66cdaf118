import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '../core/clock.ts'
import type { Answer } from './answer.ts'

const compress = promisify(gzip)

const PIECES = 8
const PIECE_PAUSE_MS = 100

/** Sends an answer the way it says. Resolves early on `signal` or when the client has gone; nothing is left running. */
export async function deliver(answer: Answer, response: ServerResponse, clock: Pick<Clock, 'sleep'>, signal: AbortSignal): Promise<void> {
  const isAtOnce = answer.delayMs === 0 && answer.delivery !== 'trickled'
  if (isAtOnce) return send(answer, response, clock, signal) // Benches measure a client beside us: no signals are made for nothing.
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const patience = AbortSignal.any([signal, gone.signal])
  try {
    await clock.sleep(answer.delayMs, patience)
    await send(answer, response, clock, patience)
  } catch (error) {
    if (!patience.aborted) throw error
    response.destroy()
  }
}

async function send(answer: Answer, response: ServerResponse, clock: Pick<Clock, 'sleep'>, patience: AbortSignal): Promise<void> {
  if (answer.delivery === 'reset') return reset(response)
  const body = answer.gzip ? await compress(answer.body, { level: 1 }) : answer.body
  const headers = { ...answer.headers, ...(answer.gzip && { 'content-encoding': 'gzip' }) }
  const short = body.subarray(0, Math.floor(body.length * 0.6))
  switch (answer.delivery) {
    case 'cut':
      response.writeHead(answer.status, { ...headers, 'content-length': short.length }).end(short)
      return
    case 'broken_off':
      response.writeHead(answer.status, { ...headers, 'content-length': body.length })
      await new Promise<void>(resolve => response.write(short, () => resolve()))
      return reset(response)
    case 'trickled':
      response.writeHead(answer.status, { ...headers, 'content-length': body.length })
      return trickle(body, response, clock, patience)
    default:
      response.writeHead(answer.status, { ...headers, 'content-length': body.length }).end(body)
  }
}

function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

async function trickle(body: Buffer, response: ServerResponse, clock: Pick<Clock, 'sleep'>, patience: AbortSignal): Promise<void> {
  const size = Math.ceil(body.length / PIECES)
  for (let start = 0; start < body.length; start += size) {
    if (start > 0) await clock.sleep(PIECE_PAUSE_MS, patience)
    response.write(body.subarray(start, start + size))
  }
  response.end()
}
