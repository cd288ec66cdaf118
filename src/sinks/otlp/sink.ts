import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import { httpError } from '../../toolkit/http/errors.ts'
import { isLastRefusal, Packing } from '../../toolkit/http/packing.ts'
import { createRequestQueue } from '../../toolkit/http/request_queue.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import { otlpError, type PartialSuccess, partialSuccess } from './answer.ts'
import type { OtlpConfig } from './config.ts'
import { OtlpExporter, type OtlpExporterOptions } from './exporter.ts'
import { createRecords } from './records.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024

export function createOtlpSink(config: OtlpConfig, { clock, format, logger }: SinkContext): Sink {
  const url = config.url.pathname === '/' ? new URL('/v1/logs', config.url) : config.url
  const http = httpOptions(config)
  const options: OtlpExporterOptions = {
    ...http,
    component: 'otlp',
    url,
    protocol: config.protocol,
    compression: config.compression,
    concurrencyMax: REQUESTS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
    headers: () => ({ ...http.headers(), ...(config.token && { authorization: `Bearer ${config.token.reveal()}` }) }),
  }
  const [exporter, plainExporter] = [new OtlpExporter(options), new OtlpExporter({ ...options, compression: 'none' })]
  const packing = new Packing({ compression: config.compression, logger, isTaken: ({ status }) => status < 300 })
  const queue = createRequestQueue({ concurrencyMax: REQUESTS_MAX, clock })
  const login = config.token === undefined ? 'No token is set' : `The token comes from ${config.token.origin}`
  const recordOf = createRecords({ ...config, format })

  async function send(events: readonly MappedEvent[], signal: AbortSignal): Promise<PartialSuccess | undefined> {
    const request = (isPlain: boolean) => queue.run(() => (isPlain ? plainExporter : exporter).send(events.map(recordOf), signal), signal)
    const answer = await packing.send(request, isLastRefusal(events))
    if (answer.status >= 300) throw otlpError(answer, url, login) ?? httpError('otlp', url, answer, clock.now())
    return partialSuccess(answer, url, config.protocol)
  }

  function resultOf(events: readonly MappedEvent[], partial: PartialSuccess | undefined): WriteResult {
    if (partial === undefined) return DELIVERED
    const { rejected, message } = partial
    if (rejected === 0) {
      logger.warn(`the receiver took the records, and says: ${message}`)
      return DELIVERED
    }
    const reason = `${url.origin}${url.pathname} refused ${rejected} of ${events.length} records: ${message}`
    // The protocol does not say which.
    if (rejected < events.length && config.partial_success === 'halve') throw new BatchRefusedError('otlp.partial_success', reason)
    return { rejected: events.map(event => ({ event, reason })), deferred: [] }
  }

  return {
    write: async (events, signal) => resultOf(events, await send(events, signal)),
    check: async signal => void (await send([], signal)),
    changed: signal => anyChanged([...(config.token ? [config.token] : []), ...http.secrets], clock, signal),
    [Symbol.asyncDispose]: async () => void (await Promise.all([exporter.close(), plainExporter.close()])),
  }
}
