import type { SinkContext } from '../../core/context.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { parseJsonObject } from '../../core/json.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink, type WriteResult } from '../../core/sink.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { createBodySender } from '../../toolkit/http/body_sender.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { NOTHING_DROPPED } from '../../toolkit/http/errors.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/secret.ts'
import {
  type AnswerContext,
  answerError,
  BULK_FILTER,
  type ItemVerdict,
  isBlock,
  itemError,
  noAnswerTo,
  readBulkAnswer,
  saidOf,
} from './answer.ts'
import { checkHost } from './check.ts'
import type { ElasticsearchConfig } from './config.ts'
import { createEncoder } from './encode.ts'
import { type Host, Hosts } from './hosts.ts'
import { indexTemplate } from './index_name.ts'
import { loginOf } from './login.ts'
import { type Ask, Replays, SEARCH_HITS_MAX } from './replays.ts'

/** The most requests under way; the delivery's own limit is below it. */
const REQUESTS_MAX = 64
/** The errors of ten thousand events. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

export function createElasticsearchSink(config: ElasticsearchConfig, { clock }: SinkContext): Sink {
  const template = indexTemplate(config.index)
  const http = httpOptions(config)
  const login = loginOf(config)
  const hosts = new Hosts(
    config.urls.map(url => ({
      url,
      endpoint: createHttpEndpoint({
        ...http,
        component: 'elasticsearch',
        url,
        headers: () => ({ ...http.headers(), ...login.headers() }),
        concurrencyMax: REQUESTS_MAX,
        answerBytesMax: ANSWER_BYTES_MAX,
        clock,
      }),
    })),
    clock,
  )
  const sendBody = createBodySender(config, { concurrencyMax: REQUESTS_MAX, clock })
  const encode = createEncoder(template)
  const replays = new Replays({ mode: config.deduplicate, template, clock })
  const bulkPath = bulkPathOf(template.only, config.pipeline)

  const contextOf = ({ url, endpoint }: Host, path: string, index: string): AnswerContext => ({
    url: new URL(path, url.origin),
    index,
    login: login.origin,
    http: answer => endpoint.errorOf(answer, path),
  })

  /** A search or a refresh; gives the text of a success. */
  async function ask(host: Host, path: string, body: string, index: string, signal: AbortSignal): Promise<string> {
    const full = basePath(host.url) + path
    const headers: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' }
    const answer = await host.endpoint.request({ method: 'POST', path: full, headers, body }, signal)
    if (answer.status === 403 && !isBlock(answer)) throw noLook(answer, contextOf(host, full, index))
    if (answer.status === 400 && answer.text.includes('max_result_window')) throw narrowWindow(answer, contextOf(host, full, index))
    if (answer.status !== 200) throw answerError(answer, contextOf(host, full, index))
    if (parseJsonObject(answer.text) === undefined) throw noAnswerTo('a search for events', new URL(full, host.url.origin), answer)
    return answer.text
  }

  async function bulk(host: Host, path: string, events: readonly MappedEvent[], signal: AbortSignal): Promise<readonly ItemVerdict[]> {
    let isCertain = false
    try {
      const answer = await sendBody(
        () => encode(events),
        ({ body, headers }) => host.endpoint.request({ method: 'POST', path, body, headers: { ...headers, ...NDJSON } }, signal),
        signal,
      )
      isCertain = answer.status >= 400 && answer.status < 500 && answer.status !== 408
      if (answer.status !== 200) throw answerError(answer, contextOf(host, path, config.index))
      const verdicts = readBulkAnswer(answer, events.length)
      if (verdicts === undefined) throw noAnswerTo('a bulk request of these events', new URL(path, host.url.origin), answer)
      isCertain = verdicts.every(({ status }) => status < 500)
      return verdicts
    } catch (error) {
      throw error instanceof RetryableError && error.code === 'elasticsearch.answer_too_large' && events.length > 1
        ? inHalves(error)
        : error
    } finally {
      if (!isCertain) replays.doubt()
    }
  }

  async function writeTo(host: Host, events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult> {
    const asking: Ask = (path, body, index) => ask(host, path, body, index, signal)
    const missing = await replays.missing(events, asking)
    if (missing.length === 0) return DELIVERED
    const path = basePath(host.url) + bulkPath
    const verdicts = await bulk(host, path, missing, signal)
    if (verdicts.every(({ kind }) => kind === 'busy' || kind === 'blocked')) throw itemError(verdicts, contextOf(host, path, config.index))
    for (const [index, event] of missing.entries()) if (verdicts[index]!.kind === 'stored') replays.stored(event)
    return resultOf(missing, verdicts)
  }

  return {
    async write(events, signal) {
      if (events.length === 0) return DELIVERED
      return await hosts.any(host => writeTo(host, events, signal))
    },
    async check(signal) {
      for (const host of hosts.all) {
        const asking: Ask = (path, body, index) => ask(host, path, body, index, signal)
        const request = (path: string, body?: string) =>
          host.endpoint.request(
            body === undefined
              ? { method: 'GET', path: basePath(host.url) + path }
              : { method: 'POST', path: basePath(host.url) + path, body, headers: { 'content-type': 'application/json' } },
            signal,
          )
        const errorOf = (answer: HttpAnswer, path: string) => answerError(answer, contextOf(host, basePath(host.url) + path, config.index))
        await checkHost({ request, errorOf, asking, template, looks: config.deduplicate !== 'never', login: login.origin })
      }
    },
    changed: signal => anyChanged([...login.secrets, ...http.secrets], clock, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all(hosts.all.map(({ endpoint }) => endpoint.close()))
    },
  }
}

const NDJSON = { 'content-type': 'application/x-ndjson' }

/** The path of the URL, below which everything stands. */
function basePath({ pathname }: URL): string {
  return pathname.replace(/\/+$/, '')
}

function bulkPathOf(only: string | undefined, pipeline: string | undefined): string {
  const through = pipeline === undefined ? '' : `&pipeline=${encodeURIComponent(pipeline)}`
  return `${only === undefined ? '' : `/${encodeURIComponent(only)}`}/_bulk?filter_path=${BULK_FILTER}${through}`
}

/** What waits for room or for an operator is deferred; once only such events are left, the next write throws why. */
function resultOf(events: readonly MappedEvent[], verdicts: readonly ItemVerdict[]): WriteResult {
  const rejected = []
  const deferred = []
  for (const [index, event] of events.entries()) {
    const { kind, status, reason } = verdicts[index]!
    if (kind === 'rejected') rejected.push({ event, reason: `${status}: ${reason}` })
    else if (kind !== 'stored') deferred.push(event)
  }
  return rejected.length === 0 && deferred.length === 0 ? DELIVERED : { rejected, deferred }
}

function noLook(answer: HttpAnswer, { url, index, login }: AnswerContext): BlockedError {
  return new BlockedError(
    'elasticsearch.denied',
    `${url.origin}${url.pathname} answered 403: ${saidOf(answer)}. Before events are written that may be there already, they are looked for: grant on ${index} the rights to refresh and search (Elasticsearch: maintenance and read; OpenSearch: indices:admin/refresh* and read), or set deduplicate: never, with which they stand twice if the data stream has rolled over. ${login}. ${NOTHING_DROPPED}`,
  )
}

function narrowWindow(answer: HttpAnswer, { url, index }: AnswerContext): BlockedError {
  return new BlockedError(
    'elasticsearch.target',
    `${url.origin}${url.pathname} answered 400: ${saidOf(answer)}. Before events are written that may be there already, they are looked for: set index.max_result_window of ${index} to ${SEARCH_HITS_MAX} or more, or set deduplicate: never, with which they stand twice if the data stream has rolled over. ${NOTHING_DROPPED}`,
  )
}

/** The same events would have the same answer; those that were stored answer in few words the next time. */
function inHalves(cause: RetryableError): BatchRefusedError {
  return new BatchRefusedError('elasticsearch.halved', `${cause.message} It is sent in halves.`, { cause })
}
