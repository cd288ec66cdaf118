import { randomUUID } from 'node:crypto'
import type { ComponentContext } from '../../core/context.ts'
import { BlockedError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { compress } from '../../toolkit/body/compress.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { detailOf, type HttpAnswer, httpError } from '../../toolkit/http/errors.ts'
import { createRequestQueue } from '../../toolkit/http/request_queue.ts'
import { anyChanged, TlsMaterial } from '../../toolkit/tls.ts'
import { Acknowledgements } from './acknowledgements.ts'
import { hecError, InvalidEventError, readHecAnswer } from './answer.ts'
import type { SplunkHecConfig } from './config.ts'
import { createEncoder } from './encode.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024
const NO_DATA = 5

export function createSplunkHecSink(config: SplunkHecConfig, { clock }: ComponentContext): Sink {
  const base = config.url.href.replace(/\/+$/, '')
  const eventUrl = new URL(`${base}/services/collector/event`)
  const tls = config.tls === undefined ? undefined : new TlsMaterial(config.tls)
  const channel = config.acknowledge ? { 'x-splunk-request-channel': randomUUID() } : {}
  const endpoint = createHttpEndpoint({
    component: 'splunk_hec',
    url: eventUrl,
    headers: () => ({
      ...config.headers,
      ...channel,
      authorization: `Splunk ${config.token.reveal()}`,
      'content-type': 'application/json',
    }),
    timeoutMs: config.request_timeout,
    concurrencyMax: REQUESTS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock,
    proxy: config.proxy,
    tls,
  })
  const queue = createRequestQueue({ concurrencyMax: REQUESTS_MAX, clock })
  const buffers = new BodyBuffers()
  const encode = createEncoder(config)
  const post = (path: string, body: Uint8Array | string, signal: AbortSignal, headers = {}) =>
    endpoint.request({ method: 'POST', path: new URL(`${base}${path}`).pathname, body, headers }, signal)
  const errorOf = (answer: HttpAnswer) => hecError(answer, { url: eventUrl, tokenOrigin: config.token.origin, nowMs: clock.now() })

  const acknowledgements = new Acknowledgements({
    ask: async (body, signal) => {
      const answer = await post('/services/collector/ack', body, signal)
      if (answer.status !== 200) throw errorOf(answer)
      return answer.text
    },
    intervalMs: config.acknowledge_interval,
    timeoutMs: config.acknowledge_timeout,
    clock,
  })

  async function send(events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    const answer = await queue.run(
      () =>
        buffers.encode(events.values().map(encode), async plain => {
          const { body, headers } = await compress(plain, config.compression)
          return endpoint.request({ method: 'POST', body, headers }, signal)
        }),
      signal,
    )
    if (answer.status !== 200) throw errorOf(answer)
    const { code, ackId } = readHecAnswer(answer.text)
    if (code !== 0) throw notHec(eventUrl, answer)
    if (!config.acknowledge) return
    if (ackId === undefined) throw noAcknowledgement(eventUrl)
    await acknowledgements.acknowledged(ackId, signal)
  }

  return {
    async write(events, signal) {
      try {
        await send(events, signal)
        return DELIVERED
      } catch (error) {
        if (error instanceof InvalidEventError) return withoutInvalid(events, error)
        throw error
      }
    },
    async check(signal) {
      const health = await endpoint.request({ method: 'GET', path: new URL(`${base}/services/collector/health`).pathname }, signal)
      if (health.status !== 200) throw errorOf(health)
      // The health call asks for no token; a request without events does: a good token gets "No data".
      const empty = await post('/services/collector/event', '', signal)
      if (readHecAnswer(empty.text).code !== NO_DATA) throw empty.status === 200 ? notHec(eventUrl, empty) : errorOf(empty)
    },
    changed: signal => anyChanged([config.token, ...(tls?.secrets ?? [])], clock, signal),
    async [Symbol.asyncDispose]() {
      await acknowledgements.close()
      await endpoint.close()
    },
  }

  function notHec(url: URL, answer: HttpAnswer): Error {
    if (answer.status !== 200) return httpError('splunk_hec', url, answer, clock.now())
    return new BlockedError(
      'splunk_hec.not_hec',
      `${url.origin} answered 200 without HEC's "code": 0: ${detailOf(answer.text)}. Look at url.`,
    )
  }
}

/**
 * The collector names the first event that it can't take. Whether it has kept those before it is not
 * documented: all others are written again, which may repeat them and loses none.
 */
function withoutInvalid(events: readonly MappedEvent[], { eventNumber, message }: InvalidEventError): WriteResult {
  const event = events[eventNumber] ?? (events.length === 1 ? events[0] : undefined)
  if (event === undefined) throw new BlockedError('splunk_hec.not_hec', `${message} That event was not in the request. Look at url.`)
  return { rejected: [{ event, reason: message }], deferred: events.filter(other => other !== event) }
}

function noAcknowledgement(url: URL): BlockedError {
  const message = `${url.origin} took a batch and gave no ackId. Switch on "indexer acknowledgement" for the token, or set acknowledge: false.`
  return new BlockedError('splunk_hec.setup', message)
}
