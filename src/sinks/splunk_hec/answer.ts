import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { isJsonObject } from '../../core/json.ts'
import { detailOf, type HttpAnswer, httpError } from '../../toolkit/http/errors.ts'
import { parseRetryAfterMs } from '../../toolkit/backoff.ts'

/** What HEC says to a request; each field only where the answer has it. */
export interface HecAnswer {
  readonly code: number | undefined
  readonly text: string
  readonly ackId: number | undefined
  /** Which event of the request is at fault, counted from 0. */
  readonly invalidEventNumber: number | undefined
}

/** One event of the batch is at fault; the others are to be written again. */
export class InvalidEventError extends Error {
  readonly eventNumber: number

  constructor(eventNumber: number, message: string) {
    super(message)
    this.eventNumber = eventNumber
  }
}

export function readHecAnswer(text: string): HecAnswer {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    parsed = undefined // A proxy's page, or nothing: there is no HEC code in it.
  }
  const body = isJsonObject(parsed) ? parsed : {}
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return {
    code: number(body.code),
    text: typeof body.text === 'string' ? body.text : text,
    ackId: number(body.ackId),
    invalidEventNumber: number(body['invalid-event-number']),
  }
}

export interface AnswerContext {
  readonly url: URL
  /** Where the token comes from, never the token. */
  readonly tokenOrigin: string
  readonly nowMs: number
}

/**
 * What a refusal means. Codes by "HTTP Event Collector error codes" and "Possible error codes" in Splunk's
 * documentation: 1 to 4 are about the token, 7, 10, 11, 14 and 16 about how token and sink are set, 5, 6, 12,
 * 13 and 15 about events, 8, 9 and from 17 on about the collector's health.
 */
export function hecError(answer: HttpAnswer, context: AnswerContext): Error {
  const { code, text, invalidEventNumber } = readHecAnswer(answer.text)
  const { url, tokenOrigin, nowMs } = context
  const what = `${url.origin}${url.pathname} answered ${answer.status}, HEC code ${code ?? 'none'}: ${detailOf(text)}.`
  const retryAfterMs = parseRetryAfterMs(answer.headers['retry-after'], nowMs)
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
      return new BlockedError(
        'splunk_hec.denied',
        `${what} The token comes from ${tokenOrigin}. Put a valid, enabled token there; nothing is dropped, and it goes on by itself.`,
      )
    case 7:
      return new BlockedError(
        'splunk_hec.index',
        `${what} Allow the index for this token, or set index to one that is allowed; nothing is dropped.`,
      )
    case 10:
    case 11:
    case 14:
    case 16:
      return new BlockedError(
        'splunk_hec.setup',
        `${what} Make acknowledge agree with the token's "indexer acknowledgement"; nothing is dropped.`,
      )
    case 5:
    case 6:
    case 12:
    case 13:
    case 15:
      return invalidEventNumber === undefined
        ? new BatchRefusedError('splunk_hec.invalid', what)
        : new InvalidEventError(invalidEventNumber, what)
    default:
      if (code !== undefined && (code === 8 || code === 9 || code >= 17))
        return new RetryableError('splunk_hec.busy', what, { retryAfterMs })
      return httpError('splunk_hec', url, answer, nowMs)
  }
}
