import { BatchRefusedError, BlockedError } from '../../core/errors.ts'
import { isJsonObject, parseJsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { httpError, NOTHING_DROPPED } from '../../toolkit/http/errors.ts'

/** Whether Datadog has taken the request: 202, and 200 by a worker between us, which answers nothing or an object. Neither where it tells of an error. */
export function isTaken(answer: HttpAnswer): boolean {
  const { status, text } = answer
  const said = parseJsonObject(text)
  if ((typeof said?.error === 'string' && said.error !== '') || isJsonObject(said?.error) || wordsOf(answer) !== undefined) return false
  return status === 202 || (status === 200 && (text.trim() === '' || said !== undefined))
}

export interface AnswerContext {
  readonly url: URL
  /** Where the key comes from, never the key. */
  readonly keyOrigin: string
  readonly nowMs: number
}

/**
 * What an answer means that is no success, by "Send logs" (docs.datadoghq.com): 400 an issue in the payload, 401 no key, 403
 * a wrong key, 408 and 429 and 5xx to be tried again, 413 more than 5 MB. Its words stand in `errors`, as texts or
 * as objects with a title and a detail.
 */
export function datadogError(answer: HttpAnswer, { url, keyOrigin, nowMs }: AnswerContext): Error {
  const { status } = answer
  const words = wordsOf(answer)
  const what = `${url.origin}${url.pathname} answered ${status}: ${words ?? (answer.detail || 'nothing')}.`
  if (status === 401 || status === 403) {
    return new BlockedError(
      'datadog.denied',
      `${what} The API key comes from ${keyOrigin}: put a valid API key of this very site there (an application key is none, and each site has its own), or set site. ${NOTHING_DROPPED}`,
    )
  }
  if (status === 400 && words !== undefined) return new BatchRefusedError('datadog.refused', what)
  const http = httpError('datadog', url, answer, nowMs)
  // Its refusals of logs are JSON: a 400 that is none is not its word about them.
  if (status < 300 || (status === 400 && http instanceof BatchRefusedError))
    return new BlockedError('datadog.not_datadog', `${what} That is no answer of Datadog's intake: look at url. ${NOTHING_DROPPED}`)
  return http
}

function wordsOf(answer: HttpAnswer): string | undefined {
  const errors = parseJsonObject(answer.text)?.errors
  if (!Array.isArray(errors)) return undefined
  const words = errors.map((error: unknown) => {
    if (!isJsonObject(error)) return String(error)
    return [error.title, error.detail].filter(part => typeof part === 'string').join(', ')
  })
  return answer.shown(words.join('; ')) || undefined
}
