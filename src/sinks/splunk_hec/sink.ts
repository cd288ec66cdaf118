import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import type { Compressed } from '../../toolkit/body/compress.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { createBodySender } from '../../toolkit/http/body_sender.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { Packing } from '../../toolkit/http/packing.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { Acknowledgements, type Channel } from './acknowledgements.ts'
import { hecError, InvalidEventError, isGoodToken, isTaken, refusesFirst } from './answer.ts'
import type { SplunkHecConfig } from './config.ts'
import { bodyOf, createFrame } from './encode.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024

export function createSplunkHecSink(config: SplunkHecConfig, { clock, format, logger }: SinkContext): Sink {
  const paths = pathsOf(config.url)
  const url = new URL(paths.event, config.url)
  const http = httpOptions(config)
  const endpoint = createHttpEndpoint({
    ...http,
    component: 'splunk_hec',
    url,
    headers: () => ({
      ...http.headers(),
      authorization: `Splunk ${config.token.reveal()}`,
      'content-type': 'application/json',
    }),
    concurrencyMax: REQUESTS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock,
  })
  const sendBody = createBodySender(config, { concurrencyMax: REQUESTS_MAX, clock })
  const packing = new Packing({ compression: config.compression, logger, isTaken })
  const frame = createFrame({ ...config, sourcetype: config.sourcetype ?? `openai:audit:${format}` })
  const errorOf = (answer: HttpAnswer, to: keyof typeof paths = 'event') =>
    hecError(answer, { url: new URL(paths[to], url), tokenOrigin: config.token.origin, nowMs: clock.now() })
  const acknowledgements = config.acknowledge
    ? new Acknowledgements({
        origin: url.origin,
        ask: (body, headers, signal) => endpoint.request({ method: 'POST', path: paths.ack, body, headers }, signal),
        errorOf,
        intervalMs: config.acknowledge_interval,
        timeoutMs: config.acknowledge_timeout,
        clock,
      })
    : undefined

  async function send(events: readonly MappedEvent[], channel: Channel, signal: AbortSignal): Promise<HttpAnswer> {
    const pieces = () => bodyOf(events, frame)
    const request = ({ body, headers }: Compressed) =>
      endpoint.request({ method: 'POST', body, headers: { ...headers, ...channel } }, signal)
    return await packing.send(isPlain => sendBody(pieces, request, signal, isPlain), refusesFirst)
  }

  async function write(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    try {
      if (acknowledgements !== undefined) await acknowledgements.send(channel => send(events, channel, signal), signal)
      else {
        const answer = await send(events, {}, signal)
        if (!isTaken(answer)) throw errorOf(answer)
      }
      return DELIVERED
    } catch (error) {
      if (error instanceof InvalidEventError) return await withoutInvalid(events, error, signal)
      throw error
    }
  }

  /**
   * The collector names the first event that it can't take. Some count from 1, so only what is refused by itself is rejected.
   * Whether it has kept those before it is not documented: all others are written again, which may repeat them and loses none.
   */
  async function withoutInvalid(
    events: readonly MappedEvent[],
    { eventNumber, message }: InvalidEventError,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const [first, ...others] = events
    if (first !== undefined && others.length === 0) return { rejected: [{ event: first, reason: message }], deferred: [] }
    const named = events[eventNumber]
    const { rejected } = named === undefined ? DELIVERED : await write([named], signal)
    // The number fits no event, or one that is taken: halving finds the one at fault.
    if (rejected.length === 0) throw new BatchRefusedError('splunk_hec.invalid', message)
    return { rejected, deferred: events.filter(event => event !== named) }
  }

  return {
    frame,
    write,
    async check(signal) {
      const health = await endpoint.request({ method: 'GET', path: paths.health }, signal)
      // Not every collector has the health call; whether this is one, the next answer says.
      if (health.status !== 200 && health.status !== 404) throw errorOf(health, 'health')
      // It asks for no token; a request without events does, and stores nothing.
      const headers = acknowledgements?.takeChannel() ?? {}
      const empty = await endpoint.request({ method: 'POST', body: '', headers }, signal)
      if (!isGoodToken(empty)) throw errorOf(empty)
      await acknowledgements?.verify(signal)
    },
    changed: signal => anyChanged([config.token, ...http.secrets], clock, signal),
    async [Symbol.asyncDispose]() {
      acknowledgements?.close()
      await endpoint.close()
    },
  }
}

/** Of "HTTP Event Collector REST API endpoints" (help.splunk.com), below the path of the URL, if that has one. */
function pathsOf({ pathname }: URL) {
  const base = pathname.replace(/\/+$/, '').replace(/\/services\/collector(\/.*)?$/, '')
  const at = (name: string) => `${base}/services/collector/${name}`
  return { event: at('event'), ack: at('ack'), health: at('health') }
}
