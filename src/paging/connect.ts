import type { ComponentContext } from '../core/context.ts'
import { createHttpEndpoint } from '../toolkit/http/endpoint.ts'
import { type HttpSettings, httpOptions } from '../toolkit/http/settings.ts'
import { anyChanged, type Secret } from '../toolkit/secret.ts'
import { type FetchPage, ListClient, type Remedies } from './client.ts'
import type { ListShape } from './page.ts'
import { RequestPace } from './request_pace.ts'

/** A page of 1,000 large events; the API's own pages of 100 are far smaller. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20

/** The settings that a source needs to ask a list. */
export interface ConnectionSettings extends HttpSettings {
  readonly api_key: Secret
  /** The least time between the starts of two requests, in ms. */
  readonly rate_limit?: number | undefined
}

export interface ConnectionOptions {
  readonly shape: ListShape
  readonly remedies: Remedies
  /** Of the list. */
  readonly url: URL
  /** The most requests under way at once. */
  readonly concurrencyMax: number
  /** Replaces the network, for rehearsals. */
  readonly fetchPage?: FetchPage | undefined
}

/** What the streams of one source ask through: one pool of connections, one pace. */
export interface ListConnection {
  /** A client of its own state; `name` is the stream's. */
  client(name: string, onAnswer?: (result: 'ok' | 'throttled' | 'failed' | 'blocked') => void): ListClient
  close(): Promise<void>
}

export function connectList(config: ConnectionSettings, context: ComponentContext, options: ConnectionOptions): ListConnection {
  const { shape, remedies, url, fetchPage, concurrencyMax } = options
  const http = httpOptions(config)
  const pace = new RequestPace(context.clock, config.rate_limit ?? 0)
  const headers = () => ({
    ...http.headers(),
    authorization: `Bearer ${config.api_key.reveal()}`,
    accept: 'application/json',
    'accept-encoding': 'gzip',
  })
  const limits = { concurrencyMax, answerBytesMax: ANSWER_BYTES_MAX }
  const endpoint =
    fetchPage === undefined
      ? createHttpEndpoint({ ...http, ...limits, component: shape.component, url, headers, clock: context.clock })
      : undefined
  const fetch: FetchPage =
    fetchPage ??
    (async (query, signal) => {
      const answer = await endpoint!.request({ method: 'GET', path: `${url.pathname}?${query}` }, signal)
      return { status: answer.status, headers: answer.headers, body: answer.status === 200 ? answer.bytes : answer.text, words: answer }
    })
  return {
    client: (name, onAnswer = () => {}) =>
      new ListClient({
        shape,
        remedies,
        fetchPage: fetch,
        apiKey: config.api_key,
        url: url.href,
        clock: context.clock,
        pace,
        changed: signal => anyChanged([config.api_key, ...http.secrets], context.clock, signal),
        report: state => context.report(state, name),
        warn: message => context.logger.warn(message, { stream: name }),
        onAnswer: result => {
          context.meter.add('tailrace_source_requests_total', { source: context.id, stream: name, result }, 1)
          onAnswer(result)
        },
      }),
    close: async () => endpoint?.close(),
  }
}
