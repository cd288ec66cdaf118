import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Dispatcher, Pool, ProxyAgent } from 'undici'
import type { Clock } from '../../core/clock.ts'
import { RetryableError, TailraceError } from '../../core/errors.ts'
import type { TlsMaterial } from '../tls.ts'
import { type HttpAnswer, networkError } from './errors.ts'
import { proxyFor } from './proxy.ts'

const CONNECT_TIMEOUT_MS = 10_000
const unzip = promisify(gunzip)

export interface HttpEndpointOptions {
  /** Prefix of the error codes. */
  readonly component: string
  /** Its origin is where requests go. */
  readonly url: URL
  /** Made anew for each request, so that a rotated secret is used at once. */
  readonly headers: () => Readonly<Record<string, string>>
  /** For one request, from its start to the last byte of its answer, in ms. */
  readonly timeoutMs: number
  /** The most requests under way at once. */
  readonly concurrencyMax: number
  /** A longer answer is cut off and counts as a failure. */
  readonly answerBytesMax: number
  readonly clock: Clock
  readonly tls?: TlsMaterial | undefined
  /** `none`, a URL, or undefined: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  readonly proxy?: string | undefined
}

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Path and query; the endpoint's own by default. */
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface HttpEndpoint {
  /**
   * The answer, whatever its status. Throws `RetryableError` or `BlockedError` when none came, and the
   * signal's reason on an abort.
   */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  close(): Promise<void>
}

/** One host that requests go to, over a pool of its own. */
export function createHttpEndpoint(options: HttpEndpointOptions): HttpEndpoint {
  const { component, url, timeoutMs } = options
  const dispatcher = openDispatcher(options)

  async function request({ method, path, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const either = AbortSignal.any([signal, late.signal])
    try {
      const response = await raced(
        dispatcher.request({
          origin: url.origin,
          path: path ?? `${url.pathname}${url.search}`,
          method,
          headers: { ...options.headers(), ...headers },
          body: body ?? null,
          signal: either,
        }),
        either,
      )
      const text = await raced(readAnswer(response, options), either)
      return { status: response.statusCode, headers: flat(response.headers), text }
    } catch (cause) {
      signal.throwIfAborted() // Our own stop is no fault of the other side.
      if (late.signal.aborted) throw timeoutError(component, url, timeoutMs, cause)
      throw cause instanceof TailraceError ? cause : networkError(component, url, cause)
    } finally {
      clearTimeout(timer)
    }
  }

  return { request, close: () => dispatcher.destroy() }
}

function openDispatcher({ url, timeoutMs, concurrencyMax, tls, proxy }: HttpEndpointOptions): Dispatcher {
  const connect = { timeout: Math.min(CONNECT_TIMEOUT_MS, timeoutMs), ...tls?.options() }
  const limits = {
    connections: concurrencyMax,
    headersTimeout: timeoutMs + 1000,
    bodyTimeout: timeoutMs + 1000,
    allowH2: false,
    pipelining: 1,
  }
  const via = proxyFor(url, proxy, process.env)
  if (via === undefined) return new Pool(url.origin, { ...limits, connect })
  const { username, password } = via
  const token =
    username === ''
      ? undefined
      : `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}`
  return new ProxyAgent({ uri: via.origin, ...limits, requestTls: connect, ...(token === undefined ? {} : { token }) })
}

/** undici does not look at the signal while a request waits for a connection: the race does. */
async function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => {}) // Heard of below, unless the abort was first.
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** The whole body, always read to its end or destroyed: an unread one would hold its connection for ever. */
async function readAnswer(
  { body, headers }: Dispatcher.ResponseData,
  { component, url, answerBytesMax }: HttpEndpointOptions,
): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > answerBytesMax) {
      body.destroy()
      throw new RetryableError(
        `${component}.answer_too_large`,
        `The answer of ${url.host} is larger than ${answerBytesMax} bytes; it was cut off.`,
      )
    }
    pieces.push(piece)
  }
  const whole = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  if (headers['content-encoding'] !== 'gzip' || whole.length === 0) return whole.toString('utf8')
  return (await unzip(whole, { maxOutputLength: answerBytesMax })).toString('utf8')
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]))
}

function timeoutError(component: string, url: URL, timeoutMs: number, cause: unknown): RetryableError {
  return new RetryableError(`${component}.timeout`, `${url.host} did not finish its answer within ${timeoutMs} ms. It is tried again.`, {
    cause,
  })
}
