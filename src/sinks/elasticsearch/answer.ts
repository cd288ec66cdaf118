import { BatchRefusedError, BlockedError, RetryableError, type TailraceError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { NOTHING_DROPPED } from '../../toolkit/http/errors.ts'

/** What a bulk request is asked to answer: the states, and the errors where there are some. */
export const BULK_FILTER = 'errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason,items.*.error.caused_by'

const CAUSES_MAX = 3

/** What became of one event of a bulk request. */
export interface ItemVerdict {
  /** `blocked`: not the event's fault, and an operator has to act; `busy`: refused for now. */
  readonly kind: 'stored' | 'rejected' | 'busy' | 'blocked'
  readonly status: number
  /** The destination's words: types and reasons of the error and of its causes. */
  readonly reason: string
}

/** The verdicts in the order of the request; undefined for what is no answer to a bulk request of `count` events. */
export function readBulkAnswer(answer: HttpAnswer, count: number): readonly ItemVerdict[] | undefined {
  const items = parseJsonObject(answer.text)?.items
  if (!Array.isArray(items) || items.length !== count) return undefined
  const verdicts: ItemVerdict[] = []
  for (const item of items as readonly unknown[]) {
    const result = isJsonObject(item) ? item.create : undefined
    if (!isJsonObject(result) || typeof result.status !== 'number') return undefined
    verdicts.push(verdictOf(answer, result, result.status))
  }
  return verdicts
}

/**
 * The states and types as OpenSearch 2.19 and 3.8 and Elasticsearch 7.17 were seen to answer, and by the class
 * `ElasticsearchException` of their sources. A 400 is about the document, unless its type says that it is about where
 * the document was to go: then no event is to blame (invariant 4).
 */
function verdictOf(answer: HttpAnswer, { error: given, failure_store: failureStore }: JsonObject, status: number): ItemVerdict {
  const error = isJsonObject(given) ? given : undefined
  const type = typeof error?.type === 'string' ? error.type : ''
  const reason = error === undefined ? '' : reasonOf(answer, error)
  const verdict = (kind: ItemVerdict['kind']) => ({ kind, status, reason })
  if (status >= 200 && status < 300)
    return failureStore === 'used' ? { kind: 'rejected', status, reason: IN_FAILURE_STORE } : verdict('stored')
  if (status === 409) return verdict(type === 'version_conflict_engine_exception' ? 'stored' : 'busy') // Already there.
  if (type === 'fail_processor_exception') return verdict('rejected') // A pipeline's own refusal of the document, though answered 500.
  if (status === 408 || status === 425 || status === 429 || status >= 500) return verdict('busy')
  if (status === 400) return verdict(isAboutTarget(type, reason) ? 'blocked' : 'rejected')
  if (status === 413) return verdict('rejected')
  return verdict('blocked')
}

/** "Failure store" (elastic.co): a refusal is answered as a success, and no search of the data stream finds the document. */
const IN_FAILURE_STORE = 'the document was refused, and put into the failure store of the data stream, where the reason stands'

const TARGET_FAULTS: ReadonlySet<string> = new Set([
  'index_closed_exception',
  'invalid_index_name_exception',
  'invalid_alias_name_exception',
  'invalid_index_template_exception',
  'index_creation_exception',
  'validation_exception', // Such as too many shards in the cluster.
  'resource_not_found_exception',
  'routing_missing_exception', // Its mapping wants a routing, which no event has.
])

function isAboutTarget(type: string, reason: string): boolean {
  if (TARGET_FAULTS.has(type)) return true
  return (
    type === 'illegal_argument_exception' &&
    /pipeline with id|no write index|data stream|op_type|composable template|maximum shards/i.test(reason)
  )
}

/** The destination's words for an answer that is no success. */
export function saidOf(answer: HttpAnswer): string {
  const error = parseJsonObject(answer.text)?.error
  return isJsonObject(error) ? reasonOf(answer, error) : answer.detail
}

function reasonOf(answer: HttpAnswer, error: JsonObject): string {
  const causes: string[] = []
  for (let at: unknown = error; isJsonObject(at) && causes.length < CAUSES_MAX; at = at.caused_by) {
    const words = [at.type, at.reason].filter((word): word is string => typeof word === 'string' && word !== '')
    if (words.length > 0) causes.push(answer.shown(words.join(': ')))
  }
  return causes.join(' ← ')
}

export interface AnswerContext {
  /** Of the request. */
  readonly url: URL
  readonly index: string
  /** Such as `The API key comes from the file /run/secrets/key`; never the key. */
  readonly login: string
  /** HTTP's own meaning of the answer. */
  readonly http: (answer: HttpAnswer) => TailraceError
}

/** What an answer means that is no success. In a bulk request the documents are judged one by one: a 400 is not about them. */
export function answerError(answer: HttpAnswer, { url, index, login, http }: AnswerContext): TailraceError {
  const { status } = answer
  const said = saidOf(answer)
  const what = `${url.origin}${url.pathname} answered ${status}${said === '' ? '' : `: ${said}`}.`
  switch (status) {
    case 401:
      return new BlockedError('elasticsearch.denied', `${what} ${login}: put a valid one there. ${NOTHING_DROPPED}`)
    case 403:
      if (isBlock(answer)) return new BlockedError('elasticsearch.target', `${what} Lift the block. ${NOTHING_DROPPED}`)
      return new BlockedError('elasticsearch.denied', `${what} ${rightsFor(index)} ${login}. ${NOTHING_DROPPED}`)
    case 413:
      return new BatchRefusedError(
        'elasticsearch.too_large',
        `${what} The request was larger than http.max_content_length of the node, or than what stands before it lets through.`,
      )
    case 400: {
      const meant = http(answer)
      if (meant instanceof BlockedError) return meant
      return new BlockedError(
        'elasticsearch.request',
        `${what} It refused the request, not one of its events: look at urls, index, pipeline and compression. ${NOTHING_DROPPED}`,
      )
    }
    case 404:
      return new BlockedError('elasticsearch.not_found', `${what} Look at urls and at index ${index}. ${NOTHING_DROPPED}`)
    default:
      return http(answer)
  }
}

/** Whether a 403 is that of a block on the cluster or an index, which no right lifts. */
export function isBlock({ text }: HttpAnswer): boolean {
  const error = parseJsonObject(text)?.error
  return isJsonObject(error) && error.type === 'cluster_block_exception'
}

function rightsFor(index: string): string {
  return `Grant on ${index} the rights to create documents (Elasticsearch: create_doc and auto_configure; OpenSearch: indices:data/write/*, create_index, indices:admin/mapping/put).`
}

/** A success that no such request has. */
export function noAnswerTo(request: string, url: URL, { status, detail }: HttpAnswer): BlockedError {
  const what = `${url.origin}${url.pathname} answered ${status}: ${detail === '' ? 'nothing' : detail}.`
  const message = `${what} That is no answer to ${request}: look at urls, and at what stands between here and there. ${NOTHING_DROPPED}`
  return new BlockedError('elasticsearch.not_elasticsearch', message)
}

/** When no event of a request was stored or refused for good: what stopped the first of them. */
export function itemError(verdicts: readonly ItemVerdict[], { url, index, login }: AnswerContext): TailraceError {
  const blocked = verdicts.find(({ kind }) => kind === 'blocked')
  const { status, reason } = blocked ?? verdicts[0]!
  const what = `${url.origin}${url.pathname} answered ${status} for ${verdicts.length} events: ${reason}.`
  if (blocked === undefined) return new RetryableError('elasticsearch.busy', what)
  if (status === 403 && /security_exception/.test(reason))
    return new BlockedError('elasticsearch.denied', `${what} ${rightsFor(index)} ${login}. ${NOTHING_DROPPED}`)
  return new BlockedError(
    'elasticsearch.target',
    `${what} Look at index ${index}, its template and its blocks, and at pipeline. ${NOTHING_DROPPED}`,
  )
}
