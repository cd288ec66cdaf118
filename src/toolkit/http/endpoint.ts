import type { Clock } from '../../core/clock.ts'
import { TailraceError } from '../../core/errors.ts'
import { raced } from '../raced.ts'
import type { Secret } from '../secret.ts'
import type { TlsMaterial } from '../tls.ts'
import { type HttpAnswer, toAnswer } from './answer.ts'
import { Connections } from './connections.ts'
import { httpError, networkError, timeoutError, tooLargeError } from './errors.ts'
import { exchange } from './exchange.ts'
import { createRedaction } from './redact.ts'

/*
  How a component talks HTTP. With the shared settings in its own (`...httpSettings`, see settings.ts):

    const http = httpOptions(config)
    const endpoint = createHttpEndpoint({
      ...http, component: 'splunk_hec', url, clock, concurrencyMax: 64, answerBytesMax: 1024 * 1024,
      headers: () => ({ ...http.headers(), authorization: `Splunk ${config.token.reveal()}` }),
    })
    const answer = await endpoint.request({ method: 'POST', body, headers }, signal)
    if (answer.status !== 200) throw endpoint.errorOf(answer)
    …
    changed: signal => anyChanged([config.token, ...http.secrets], clock, signal)
    [Symbol.asyncDispose]: () => endpoint.close()
*/

const USER_AGENT = 'tailrace'

export interface HttpEndpointOptions {
  /** Prefix of the error codes. */
  readonly component: string
  /** Its origin is where requests go. */
  readonly url: URL
  /** Called for each request, so that a rotated secret is used at once. May throw `BlockedError`, which the request then rejects with. */
  readonly headers: () => Readonly<Record<string, string>>
  /** For one request, from its start to the last byte of its answer, in ms. */
  readonly timeoutMs: number
  /** The most requests under way at once. */
  readonly concurrencyMax: number
  /** A longer answer is cut off. */
  readonly answerBytesMax: number
  readonly clock: Clock
  readonly tls?: TlsMaterial | undefined
  /** `none`, a URL, or undefined: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  readonly proxy?: Secret | undefined
}

interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Path and query; the endpoint's own by default. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Has to stay as it is until the request has settled. */
  readonly body?: Uint8Array | string
}

export interface HttpEndpoint {
  /**
   * The answer, whatever its status; redirects are not followed. Throws `RetryableError` or `BlockedError`
   * when none came, and the signal's reason on an abort.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  /** HTTP's own meaning of an answer that is not the hoped-for one. `path` is the request's, where it was not the endpoint's. */
  errorOf(answer: HttpAnswer, path?: string): TailraceError
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>
}

/** One host that requests go to, over a pool of its own. Opens no connection before the first request. */
export function createHttpEndpoint(options: HttpEndpointOptions): HttpEndpoint {
  const { component, url, timeoutMs, answerBytesMax, clock } = options
  const connections = new Connections(options)

  async function request({ method, path, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const either = AbortSignal.any([signal, late.signal])
    const earlierRefusal = connections.refusal
    try {
      signal.throwIfAborted()
      const sent = { 'user-agent': USER_AGENT, ...options.headers(), ...headers }
      const dispatched = { origin: url.origin, path: path ?? `${url.pathname}${url.search}`, method, headers: sent, body: body ?? null }
      const exchanging = exchange(connections.current(), dispatched, { bytesMax: answerBytesMax, signal: either })
      const answering = exchanging.then(answer => toAnswer(answer, answerBytesMax, createRedaction(sent, url)))
      // A request that waits for a connection does not hear of the signal: the race does.
      const answer = await raced(answering, either)
      if (answer !== 'too large') return answer
      throw tooLargeError(component, url, answerBytesMax)
    } catch (cause) {
      signal.throwIfAborted() // Our own stop is no fault of the other side.
      if (late.signal.aborted) throw timeoutError(component, url, timeoutMs, cause)
      if (cause instanceof TailraceError) throw cause
      const { refusal, proxyHost } = connections
      throw networkError(component, url, refusal === earlierRefusal ? cause : refusal, proxyHost)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    request,
    errorOf: (answer, path) => httpError(component, path === undefined ? url : new URL(path, url.origin), answer, clock.now()),
    close: () => connections.close(),
  }
}
