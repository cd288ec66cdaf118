import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { parseJsonObject } from '../../core/json.ts'
import { retryAfterMsOf } from '../../toolkit/backoff.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { httpError, NOTHING_DROPPED } from '../../toolkit/http/errors.ts'

/** What HEC says to a request; each field only where the answer has it. */
interface HecAnswer {
  readonly code: number | undefined
  readonly ackId: number | undefined
  /** Which event of the request is at fault, counted from 0 by Splunk. */
  readonly invalidEventNumber: number | undefined
  /** Its words. */
  readonly said: string | undefined
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
  const body = parseJsonObject(text) ?? {} // Of a proxy's page, or nothing, there is no code.
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return {
    code: number(body.code),
    ackId: number(body.ackId),
    invalidEventNumber: number(body['invalid-event-number']),
    said: typeof body.text === 'string' ? body.text : undefined,
  }
}

const SUCCESS = 0
/** "HEC queue", "HEC ACK is approaching its capacity limit": answered with 200, where "at capacity" is 429. */
const APPROACHING_LIMITS = [24, 25]

/** Whether the collector has taken the request. */
export function isTaken({ status, text }: HttpAnswer): boolean {
  const { code } = readHecAnswer(text)
  return status === 200 && code !== undefined && (code === SUCCESS || APPROACHING_LIMITS.includes(code))
}

/** Whether it could make no event of the beginning of the body: code 6, of the first event or of none. */
export function refusesFirst({ text }: HttpAnswer): boolean {
  const { code, invalidEventNumber = 0 } = readHecAnswer(text)
  return code === 6 && invalidEventNumber === 0
}

/** What the collector says to a request without events, when it would take one with events. */
export function isGoodToken(answer: HttpAnswer): boolean {
  return isTaken(answer) || readHecAnswer(answer.text).code === 5
}

export interface AnswerContext {
  readonly url: URL
  /** Where the token comes from, never the token. */
  readonly tokenOrigin: string
  readonly nowMs: number
}

/**
 * What an answer means that is no success. The codes stand in "Troubleshoot HTTP Event Collector", section
 * "Possible error codes" (help.splunk.com):
 *
 *   1 Token disabled · 2 Token is required · 3 Invalid authorization · 4 Invalid token · 5 No data
 *   6 Invalid data format · 7 Incorrect index · 8 Internal server error · 9 Server is busy
 *   10 Data channel is missing · 11 Invalid data channel · 12 Event field is required
 *   13 Event field cannot be blank · 14 ACK is disabled · 15 Error in handling indexed fields
 *   16 Query string authorization is not enabled · 17 HEC is healthy · 18 to 20 HEC is unhealthy
 *   21 Invalid token · 22 Token disabled (both of the health endpoint) · 23 Server is shutting down
 *   24, 25 queue, ACK approaching its limit (200) · 26, 27 queue, ACK channel at capacity (429)
 *
 * `invalid-event-number` counts from 0 in a collector of Splunk's; of code 7 it counts from 1, but there no event is to blame.
 */
export function hecError(answer: HttpAnswer, { url, tokenOrigin, nowMs }: AnswerContext): Error {
  const { status, detail, headers, text } = answer
  const { code, invalidEventNumber, said } = readHecAnswer(text)
  const words = said === undefined ? detail : answer.shown(said)
  const what = `${url.origin}${url.pathname} answered ${status}, HEC code ${code ?? 'none'}: ${words.replace(/\.$/, '')}.`
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 21:
    case 22:
      return new BlockedError(
        'splunk_hec.denied',
        `${what} The token comes from ${tokenOrigin}: put a valid, enabled token there. ${NOTHING_DROPPED}`,
      )
    case 7:
      return new BlockedError(
        'splunk_hec.index',
        `${what} Allow the index for this token, or set index to one that is allowed. ${NOTHING_DROPPED}`,
      )
    case 10:
    case 11:
    case 14:
    case 16:
      return new BlockedError(
        'splunk_hec.setup',
        `${what} Make acknowledge agree with the token's "indexer acknowledgement". ${NOTHING_DROPPED}`,
      )
    case 5:
      return new BlockedError(
        'splunk_hec.setup',
        `${what} It saw an empty request: look at compression, and at what stands between here and there. ${NOTHING_DROPPED}`,
      )
    case 6:
    case 12:
    case 13:
    case 15:
      return invalidEventNumber === undefined
        ? new BatchRefusedError('splunk_hec.invalid', what)
        : new InvalidEventError(invalidEventNumber, what)
    case 8:
    case 9:
    case 18:
    case 19:
    case 20:
    case 23:
    case 26:
    case 27:
      return new RetryableError('splunk_hec.busy', what, { retryAfterMs: retryAfterMsOf(headers, nowMs) })
  }
  // Every refusal of events by a collector has a code: a 400 without one is not its word about them.
  const http = httpError('splunk_hec', url, answer, nowMs)
  if (status < 300 || (http instanceof BatchRefusedError && status !== 413))
    return new BlockedError('splunk_hec.not_hec', `${what} That is no answer of an HTTP Event Collector: look at url. ${NOTHING_DROPPED}`)
  return http
}
