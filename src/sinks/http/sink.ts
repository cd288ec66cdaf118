import type { SinkContext } from '../../core/context.ts'
import { BlockedError } from '../../core/errors.ts'
import { DELIVERED, type Sink } from '../../core/sink.ts'
import type { Compressed } from '../../toolkit/body/compress.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { createBodySender } from '../../toolkit/http/body_sender.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { createLogin } from '../../toolkit/http/login.ts'
import { isLastRefusal, Packing } from '../../toolkit/http/packing.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import type { HttpConfig } from './config.ts'
import { bodyOf, CONTENT_TYPES } from './encode.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
const ANSWER_BYTES_MAX = 1024 * 1024

export function createHttpSink(config: HttpConfig, { clock, logger }: SinkContext): Sink {
  const { url, method, encoding } = config
  const http = httpOptions(config)
  const login = createLogin(config.token && { name: 'The token', scheme: 'Bearer', secret: config.token }, config)
  const endpoint = createHttpEndpoint({
    ...http,
    component: 'http',
    url,
    // The user's headers win over ours, and the login over both.
    headers: () => ({ 'content-type': CONTENT_TYPES[encoding], ...http.headers(), ...login.headers() }),
    concurrencyMax: REQUESTS_MAX,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock,
  })
  const sendBody = createBodySender(config, { concurrencyMax: REQUESTS_MAX, clock })
  const packing = new Packing({ compression: config.compression, logger, isTaken: isSuccess })

  function errorOf(answer: HttpAnswer, path?: string): Error {
    const error = endpoint.errorOf(answer, path)
    if (!(error instanceof BlockedError) || (answer.status !== 401 && answer.status !== 403)) return error
    return new BlockedError(error.code, `${error.message} ${login.origin}.`)
  }

  return {
    async write(events, signal) {
      if (events.length === 0) return DELIVERED
      const pieces = () => bodyOf(events, encoding)
      const request = (packed: Compressed) => endpoint.request({ method, ...packed }, signal)
      const answer = await packing.send(isPlain => sendBody(pieces, request, signal, isPlain), isLastRefusal(events))
      if (!isSuccess(answer)) throw errorOf(answer)
      return DELIVERED
    },
    async check(signal) {
      if (config.health_path !== undefined) {
        const answer = await endpoint.request({ method: 'GET', path: config.health_path }, signal)
        if (!isSuccess(answer)) throw errorOf(answer, config.health_path)
        return
      }
      const answer = await endpoint.request({ method: 'HEAD' }, signal)
      // A receiver need not know HEAD, so most refusals say nothing. A refused login, a redirect or a failing server does.
      const { status } = answer
      if (status >= 500 || (status >= 300 && status < 400) || [401, 403, 407, 429].includes(status)) throw errorOf(answer)
    },
    changed: signal => anyChanged([...login.secrets, ...http.secrets], clock, signal),
    [Symbol.asyncDispose]: () => endpoint.close(),
  }
}

const isSuccess = ({ status }: HttpAnswer) => status >= 200 && status < 300
