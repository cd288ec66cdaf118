import type { ServerResponse } from 'node:http'

/** What a network, or whoever stands in it, makes of an answer. */
export type Misbehaviour = 'hang' | 'trickle' | 'cut_off' | 'reset' | 'redirect' | 'huge'

/** How the other side behaves. What busy looks like each destination says in its own way. */
export type Behaviour = 'accept' | 'busy' | Misbehaviour

interface GoodAnswer {
  readonly status?: number
  /** How its body begins. */
  readonly start?: string
  /** More than any answer that is read. */
  readonly hugeBytes?: number
}

const TRICKLE_MS = 20

/** Gives the answer that looks like the destination's good one until it goes wrong: who believes it too early has lost events. */
export function misbehave(
  response: ServerResponse,
  misbehaviour: Misbehaviour,
  { status = 200, start = '{', hugeBytes = 4 * 1024 * 1024 }: GoodAnswer = {},
): void {
  switch (misbehaviour) {
    case 'hang':
      break
    case 'trickle': {
      response.writeHead(status)
      const timer = setInterval(() => response.write(' '), TRICKLE_MS) // White space without end.
      response.once('close', () => clearInterval(timer))
      break
    }
    case 'cut_off':
      response.writeHead(status, { 'content-length': '100' }).write(start, () => response.destroy())
      break
    case 'reset':
      response.req.socket.resetAndDestroy()
      break
    case 'redirect':
      response.writeHead(302, { location: 'https://login.example/' }).end()
      break
    case 'huge':
      response.writeHead(status).end('x'.repeat(hugeBytes))
      break
  }
}
