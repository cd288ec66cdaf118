import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError, BlockedError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { asItIs, createCompressor } from '../../toolkit/body/compress.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { Packing } from '../../toolkit/http/packing.ts'
import { createRequestQueue } from '../../toolkit/http/request_queue.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { acknowledged, Channels, tellsStates } from './acknowledgements.ts'
import { hecError, InvalidEventError, isGoodToken, isTaken, readHecAnswer, refusesFirst } from './answer.ts'
import type { SplunkHecConfig } from './config.ts'
import { bodyOf, createFrame } from './encode.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024

type Headers = Readonly<Record<string, string>>

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
  const queue = createRequestQueue({ concurrencyMax: REQUESTS_MAX, clock })
  const buffers = new BodyBuffers()
  const compress = createCompressor(config)
  const packing = new Packing({ compression: config.compression, logger, isTaken })
  const frame = createFrame({ ...config, sourcetype: config.sourcetype ?? `openai:audit:${format}` })
  const errorOf = (answer: HttpAnswer, path = paths.event) =>
    hecError(answer, { url: new URL(path, url), tokenOrigin: config.token.origin, nowMs: clock.now() })
  const channels = new Channels()
  const closed = new AbortController()
  let isVerified = !config.acknowledge

  /**
   * Before the first events: a token without acknowledgement would store them at each attempt and never say so.
   * Asked on a channel of its own, because the collector tells the state of an ackId only once.
   */
  async function verifyAcknowledgement(signal: AbortSignal): Promise<void> {
    if (isVerified) return
    const headers = onChannel(channels.take())
    const answer = await endpoint.request({ method: 'POST', path: paths.ack, body: '{"acks":[0]}', headers }, signal)
    if (answer.status !== 200 || !tellsStates(answer.text)) throw errorOf(answer, paths.ack)
    isVerified = true
  }

  async function send(events: readonly MappedEvent[], channel: Headers, signal: AbortSignal): Promise<HttpAnswer> {
    const request = (isPlain: boolean) =>
      buffers.encode(bodyOf(events, frame), async plain => {
        const { body, headers } = await (isPlain ? asItIs : compress)(plain)
        return endpoint.request({ method: 'POST', body, headers: { ...headers, ...channel } }, signal)
      })
    return await packing.send(isPlain => queue.run(() => request(isPlain), signal), refusesFirst)
  }

  async function sendAcknowledged(events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    await verifyAcknowledgement(signal)
    const channel = channels.take()
    const headers = onChannel(channel)
    const answer = await send(events, headers, signal)
    if (!isTaken(answer)) {
      channels.giveBack(channel)
      throw errorOf(answer)
    }
    const { ackId } = readHecAnswer(answer.text)
    if (ackId === undefined) {
      isVerified = false
      throw noAcknowledgement(url)
    }
    const ask = async (body: string, until: AbortSignal) => {
      const state = await endpoint.request({ method: 'POST', path: paths.ack, body, headers }, until)
      if (state.status !== 200) throw errorOf(state, paths.ack)
      return state.text
    }
    const { acknowledge_interval: intervalMs, acknowledge_timeout: timeoutMs } = config
    try {
      await acknowledged(ackId, { ask, intervalMs, timeoutMs, clock }, AbortSignal.any([signal, closed.signal]))
    } catch (error) {
      isVerified = false // Asked before the batch is sent again: where no state is told, each attempt would store it anew.
      throw error
    }
    channels.giveBack(channel)
  }

  async function sendPlain(events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    const answer = await send(events, {}, signal)
    if (!isTaken(answer)) throw errorOf(answer)
  }

  async function write(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    try {
      await (config.acknowledge ? sendAcknowledged : sendPlain)(events, signal)
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
      if (health.status !== 200 && health.status !== 404) throw errorOf(health, paths.health)
      // It asks for no token; a request without events does, and stores nothing.
      const headers = config.acknowledge ? onChannel(channels.take()) : {}
      const empty = await endpoint.request({ method: 'POST', body: '', headers }, signal)
      if (!isGoodToken(empty)) throw errorOf(empty)
      await verifyAcknowledgement(signal)
    },
    changed: signal => anyChanged([config.token, ...http.secrets], clock, signal),
    async [Symbol.asyncDispose]() {
      closed.abort(new DOMException('The sink is closed', 'AbortError'))
      await endpoint.close()
    },
  }
}

const onChannel = (channel: string): Headers => ({ 'x-splunk-request-channel': channel })

/** Of "HTTP Event Collector REST API endpoints" (help.splunk.com), below the path of the URL, if that has one. */
function pathsOf({ pathname }: URL) {
  const base = pathname.replace(/\/+$/, '').replace(/\/services\/collector(\/.*)?$/, '')
  const at = (name: string) => `${base}/services/collector/${name}`
  return { event: at('event'), ack: at('ack'), health: at('health') }
}

function noAcknowledgement(url: URL): BlockedError {
  const message = `${url.origin} took a batch and gave no ackId. Switch on "indexer acknowledgement" for the token, or set acknowledge: false. The batch is sent again then.`
  return new BlockedError('splunk_hec.setup', message)
}
