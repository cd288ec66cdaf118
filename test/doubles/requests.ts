import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** For `createServer`: a request whose sender goes away while it is read needs no answer. */
export function answering(answer: (request: IncomingMessage, response: ServerResponse) => Promise<unknown>): RequestListener {
  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (request.complete || (error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
    })
  }
}
