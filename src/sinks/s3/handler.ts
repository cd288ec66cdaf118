import { Readable } from 'node:stream'
import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { Clock } from '../../core/clock.ts'
import { createHttpEndpoint, type HttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { createRequestQueue, type RequestQueue } from '../../toolkit/http/request_queue.ts'
import type { httpOptions } from '../../toolkit/http/settings.ts'
import { notS3, type S3Response } from './errors.ts'

type SdkHandler = Extract<NonNullable<S3ClientConfig['requestHandler']>, { handle: unknown }>
type SdkRequest = Parameters<SdkHandler['handle']>[0]
type SdkAnswer = Awaited<ReturnType<SdkHandler['handle']>>
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'

const REQUESTS_MAX = 64
/** No answer that is asked for holds an object. */
const ANSWER_BYTES_MAX = 1024 * 1024
/** The bucket's, and those that give credentials. */
const ORIGINS_MAX = 8

/**
 * Sends the SDK's requests over the same connections as every sink's: proxy, certificates, timeout, how many at once and
 * what is told of them are then the same. Errors of the network are thrown as our own.
 */
export class EndpointHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #http: ReturnType<typeof httpOptions>
  readonly #clock: Clock
  readonly #servers = new Map<string, { readonly endpoint: HttpEndpoint; readonly origin: string; readonly queue: RequestQueue }>()

  constructor(http: ReturnType<typeof httpOptions>, clock: Clock) {
    this.#http = http
    this.#clock = clock
  }

  async handle(request: SdkRequest, options: { abortSignal?: unknown } = {}): Promise<SdkAnswer> {
    const { method, body, headers } = request
    const signal = options.abortSignal instanceof AbortSignal ? options.abortSignal : new AbortController().signal
    const { endpoint, origin, queue } = this.#serverOf(request)
    const sent = { method: method as Method, path: pathOf(request), headers, ...(body !== undefined && { body: bodyOf(body) }) }
    const answer = await queue.run(() => endpoint.request(sent, signal), signal)
    const isSuccess = answer.status >= 200 && answer.status < 300
    // Every store tells the ETag of what it was given. The page of something else says nothing of where the object is, but
    // OpenStack Swift calls an empty answer HTML.
    const isStores = method !== 'PUT' || answer.headers.etag !== undefined
    const isPage = answer.bytes.length > 0 && /html/i.test(answer.headers['content-type'] ?? '')
    if (isSuccess && (!isStores || isPage)) throw notS3(origin, answer)
    const content = isSuccess ? Buffer.from(answer.bytes) : Buffer.from(answer.text)
    const response: S3Response = { statusCode: answer.status, headers: answer.headers, body: Readable.from(content), detail: answer.detail }
    return { response } as unknown as SdkAnswer
  }

  async close(): Promise<void> {
    await Promise.all([...this.#servers.values()].map(({ endpoint }) => endpoint.close()))
  }

  /** Asked for by the SDK; what is set here is set by the configuration. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {}
  }

  #serverOf({ protocol, hostname, port }: SdkRequest) {
    const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
    const known = this.#servers.get(url.origin)
    if (known !== undefined) return known
    if (this.#servers.size >= ORIGINS_MAX) throw new Error(`The SDK asks more than ${ORIGINS_MAX} servers; ${url.origin} is one too many.`)
    const endpoint = createHttpEndpoint({
      ...this.#http,
      component: 's3',
      url,
      concurrencyMax: REQUESTS_MAX,
      answerBytesMax: ANSWER_BYTES_MAX,
      clock: this.#clock,
    })
    const server = { endpoint, origin: url.origin, queue: createRequestQueue({ concurrencyMax: REQUESTS_MAX, clock: this.#clock }) }
    this.#servers.set(url.origin, server)
    return server
  }
}

function pathOf({ path, query }: SdkRequest): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) => {
    if (value === null || value === undefined) return [encode(name)]
    return (Array.isArray(value) ? value : [value]).map(one => `${encode(name)}=${encode(one)}`)
  })
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`
}

/** As the signature has it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}

function bodyOf(body: unknown): Uint8Array | string {
  if (typeof body === 'string' || body instanceof Uint8Array) return body
  throw new TypeError('The SDK streams a body that was given to it whole')
}
