import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import type { Rejection, Sink } from '../../core/sink.ts'
import type { Compressed } from '../../toolkit/body/compress.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { createBodySender } from '../../toolkit/http/body_sender.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { isLastRefusal, Packing } from '../../toolkit/http/packing.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { datadogError, isTaken } from './answer.ts'
import type { DatadogConfig } from './config.ts'
import { createEncoder } from './encode.ts'
import { LOG_BYTES_MAX, REQUEST_BYTES_MAX } from './limits.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024

export function createDatadogSink(config: DatadogConfig, { clock, format, logger }: SinkContext): Sink {
  const url = intakeOf(config)
  const http = httpOptions(config)
  const endpoint = createHttpEndpoint({
    ...http,
    component: 'datadog',
    url,
    headers: () => ({ ...http.headers(), 'dd-api-key': config.api_key.reveal(), 'content-type': 'application/json' }),
    concurrencyMax: REQUESTS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock,
  })
  const sendBody = createBodySender(config, { concurrencyMax: REQUESTS_MAX, clock })
  const packing = new Packing({ compression: config.compression, logger, isTaken })
  const encode = createEncoder({ ...config, format })
  const errorOf = (answer: HttpAnswer) => datadogError(answer, { url, keyOrigin: config.api_key.origin, nowMs: clock.now() })

  async function send(logs: readonly string[], signal: AbortSignal): Promise<void> {
    const request = async (packed: Compressed, plainBytes: number) => {
      if (plainBytes > REQUEST_BYTES_MAX) throw requestTooLarge(plainBytes)
      return endpoint.request({ method: 'POST', ...packed }, signal)
    }
    const answer = await packing.send(isPlain => sendBody(() => listOf(logs), request, signal, isPlain), isLastRefusal(logs))
    if (!isTaken(answer)) throw errorOf(answer)
  }

  return {
    async write(events, signal) {
      signal.throwIfAborted()
      const { logs, rejected } = encodeAll(events, event => encode(event, clock.now()))
      if (logs.length > 0) await send(logs, signal)
      return { rejected, deferred: [] }
    },
    /** A request without logs: the key is looked at first, and there is nothing to store. */
    async check(signal) {
      const answer = await endpoint.request({ method: 'POST', body: '[]' }, signal)
      const error = isTaken(answer) ? undefined : errorOf(answer)
      if (error !== undefined && !(error instanceof BatchRefusedError)) throw error
    },
    changed: signal => anyChanged([config.api_key, ...http.secrets], clock, signal),
    [Symbol.asyncDispose]: () => endpoint.close(),
  }
}

function intakeOf({ site, url }: DatadogConfig): URL {
  if (url === undefined) return new URL(`https://http-intake.logs.${site}/api/v2/logs`)
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/v2\/logs$/, '')
  return new URL(`${path}/api/v2/logs${url.search}`, url)
}

function encodeAll(events: readonly MappedEvent[], encode: (event: MappedEvent) => string) {
  const logs: string[] = []
  const rejected: Rejection[] = []
  for (const event of events) {
    const log = encode(event)
    const bytes = bytesOf(log)
    if (bytes <= LOG_BYTES_MAX) logs.push(log)
    else rejected.push({ event, reason: logTooLarge(bytes) })
  }
  return { logs, rejected }
}

/** Exact only near the bound: a UTF-16 unit takes at most three bytes. */
const bytesOf = (text: string) => (text.length * 3 <= LOG_BYTES_MAX ? text.length : Buffer.byteLength(text))

function* listOf(logs: readonly string[]): Iterable<string> {
  for (const [index, log] of logs.entries()) yield index === 0 ? `[${log}` : `,${log}`
  yield ']'
}

function logTooLarge(bytes: number): string {
  return `The log has ${bytes} bytes, and Datadog truncates one of more than ${LOG_BYTES_MAX}: it was not sent. With include_original: false it is smaller.`
}

function requestTooLarge(bytes: number): BatchRefusedError {
  return new BatchRefusedError(
    'datadog.too_large',
    `The request has ${bytes} bytes, and Datadog takes ${REQUEST_BYTES_MAX}: it is sent in halves.`,
  )
}
