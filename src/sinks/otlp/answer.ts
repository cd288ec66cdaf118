import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { BatchRefusedError, BlockedError, type TailraceError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { NOTHING_DROPPED } from '../../toolkit/http/errors.ts'
import type { OtlpConfig } from './config.ts'

/** What a receiver said beside a success: how many records it refused (0: none, it has only something to say), and why. */
export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/** Reads the answer to a request that was accepted, at least in part (OTLP 1.10, "Full Success", "Partial Success"). */
export function partialSuccess(answer: HttpAnswer, url: URL, protocol: OtlpConfig['protocol']): PartialSuccess | undefined {
  if (answer.bytes.length === 0) return undefined
  const { partial_success, partialSuccess = partial_success } = parsed(answer, url, protocol)
  if (!isJsonObject(partialSuccess)) return undefined
  // Protobuf's JSON has both spellings, and receivers write both.
  const { rejected_log_records, rejectedLogRecords = rejected_log_records, error_message, errorMessage = error_message } = partialSuccess
  const rejected = Number(rejectedLogRecords ?? 0)
  const message = typeof errorMessage === 'string' ? answer.shown(errorMessage) : ''
  return rejected > 0 || message !== '' ? { rejected: Number.isNaN(rejected) ? 0 : rejected, message } : undefined
}

/** A 2xx that is none of OTLP's is no acknowledgement: a proxy's page says nothing of where the records are. */
function parsed(answer: HttpAnswer, url: URL, protocol: OtlpConfig['protocol']): JsonObject {
  const type = answer.headers['content-type'] ?? ''
  if (!/html/i.test(type)) {
    try {
      // As the answer says; as we asked, where it says nothing.
      const isJson = /json/i.test(type) || (protocol === 'http/json' && !/protobuf/i.test(type))
      const value: unknown = isJson ? JSON.parse(answer.text) : ProtobufLogsSerializer.deserializeResponse(answer.bytes)
      if (isJsonObject(value)) return value
    } catch {
      // Told below, with the text.
    }
  }
  const text = `${url.origin}${url.pathname} answered ${answer.status} with no answer of OTLP (${type || 'no content type'}): ${answer.detail}`
  throw new BlockedError('otlp.not_otlp', `${text}. Nothing is taken for delivered; look at url and protocol.`)
}

/**
 * What of a refusal is a matter of OTLP; undefined where HTTP's own meaning holds. A Collector answers 400 to a body
 * that is too large. `login` says where the token comes from.
 */
export function otlpError({ status, text, detail }: HttpAnswer, url: URL, login: string): TailraceError | undefined {
  const what = `${url.origin}${url.pathname} answered ${status}${detail === '' ? '' : `: ${detail}`}.`
  if (status === 401 || status === 403) {
    const remedy = `${login}: put a valid one there, or another login under headers. ${NOTHING_DROPPED}`
    return new BlockedError('otlp.denied', `${what} ${remedy}`)
  }
  if (status === 415 || (status === 400 && text.includes('unsupported Content-Encoding'))) {
    const remedy = `The receiver does not know this protocol or compression: look at both settings. ${NOTHING_DROPPED}`
    return new BlockedError('otlp.unsupported', `${what} ${remedy}`)
  }
  if (status === 413 || (status === 400 && text.includes('request body too large'))) return new BatchRefusedError('otlp.too_large', what)
  return undefined
}
