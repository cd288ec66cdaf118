import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { TailraceError, toError } from '../../core/errors.ts'
import { type AgentOptions, agentVersion, type OpenAgent, openAgent } from '../../toolkit/http/agent.ts'
import { type HttpAnswer, toAnswer } from '../../toolkit/http/answer.ts'
import { networkError, timeoutError, tooLargeError } from '../../toolkit/http/errors.ts'
import { createRedaction } from '../../toolkit/http/redact.ts'
import { Attempt } from './attempt.ts'
import type { OtlpConfig } from './config.ts'

export type OtlpRecord = Parameters<JsonLogExporter['export']>[0][number]
type ExporterOptions = NonNullable<ConstructorParameters<typeof JsonLogExporter>[0]>

export interface OtlpExporterOptions extends AgentOptions {
  readonly protocol: OtlpConfig['protocol']
  readonly compression: OtlpConfig['compression']
  /** Made anew for each request, so that a rotated secret is used at once. */
  readonly headers: () => Readonly<Record<string, string>>
  /** For one request, from its start to the last byte of its answer, in ms. */
  readonly timeoutMs: number
  /** A longer answer is cut off. */
  readonly answerBytesMax: number
}

const EXPORTERS = { 'http/json': JsonLogExporter, 'http/protobuf': ProtobufLogExporter }
const REQUEST_CREATED = 'http.client.request.created'
/** The exporter tries again only where its pause fits into this time: never. */
const EXPORTER_RETRY_MS_MAX = 1

interface Opened extends OpenAgent {
  readonly version: string
  readonly exporter: JsonLogExporter | ProtobufLogExporter
  /** Exports whose callback has not come yet. */
  readonly running: Set<Promise<void>>
}

/**
 * OpenTelemetry's own exporter, one request for each call. Node tells of each request as it is created; which call it
 * belongs to is known by the asynchronous context, so that requests under way at once do not mix.
 */
export class OtlpExporter {
  readonly #options: OtlpExporterOptions
  readonly #attempts = new AsyncLocalStorage<Attempt>()
  readonly #closed = new AbortController()
  readonly #retiring = new Set<Promise<void>>()
  #opened: Opened | undefined
  readonly #created = (message: unknown) => this.#attempts.getStore()?.watch((message as { request: ClientRequest }).request)

  constructor(options: OtlpExporterOptions) {
    this.#options = options
    subscribe(REQUEST_CREATED, this.#created)
  }

  /**
   * The answer, whatever its status; redirects are not followed. Throws `RetryableError` or `BlockedError` when none
   * came, and the signal's reason on an abort.
   */
  async send(records: readonly OtlpRecord[], signal: AbortSignal): Promise<HttpAnswer> {
    const { component, url, timeoutMs, answerBytesMax } = this.#options
    const either = AbortSignal.any([signal, this.#closed.signal])
    either.throwIfAborted()
    const opened = this.#current()
    const attempt = new Attempt(answerBytesMax)
    const timer = setTimeout(() => attempt.end(timeoutError(component, url, timeoutMs)), timeoutMs)
    const abort = () => attempt.end(toError(either.reason))
    either.addEventListener('abort', abort, { once: true })
    try {
      this.#export(opened, attempt, records)
      const answer = await toAnswer(await attempt.answer, answerBytesMax, createRedaction(attempt.headers ?? {}, url))
      if (answer === 'too large') throw tooLargeError(component, url, answerBytesMax)
      return answer
    } catch (cause) {
      signal.throwIfAborted() // Our own stop is no fault of the other side.
      // Records that can't be written are no fault of the network.
      if (cause instanceof TailraceError || attempt.headers === undefined) throw cause
      throw networkError(component, url, cause, opened.proxyHost)
    } finally {
      clearTimeout(timer)
      either.removeEventListener('abort', abort)
    }
  }

  /** Ends what is under way, and waits until it has ended (invariant 7). */
  async close(): Promise<void> {
    this.#closed.abort(new DOMException('The sink was closed', 'AbortError'))
    this.#retire()
    await Promise.all(this.#retiring)
    unsubscribe(REQUEST_CREATED, this.#created)
  }

  #export({ exporter, running }: Opened, attempt: Attempt, records: readonly OtlpRecord[]): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    running.add(promise)
    const done = (error?: Error) => {
      if (error !== undefined) attempt.end(error)
      attempt.rest()
      running.delete(promise)
      resolve()
    }
    try {
      this.#attempts.run(attempt, () => exporter.export([...records], result => done(result.error)))
    } catch (cause) {
      done(toError(cause))
    }
  }

  /** Opened with the first request, and anew whenever a file of certificates or of the proxy has changed. */
  #current(): Opened {
    const version = agentVersion(this.#options)
    if (this.#opened?.version !== version) {
      const open = openAgent(this.#options)
      this.#retire()
      this.#opened = { ...open, version, exporter: this.#create(open), running: new Set() }
    }
    return this.#opened!
  }

  /** What is under way on the old connections ends there. */
  #retire(): void {
    const opened = this.#opened
    if (opened === undefined) return
    this.#opened = undefined
    const retired = Promise.all(opened.running).then(() => {
      opened.agent.destroy()
      this.#retiring.delete(retired)
    })
    this.#retiring.add(retired)
  }

  #create({ agent }: OpenAgent): Opened['exporter'] {
    const { protocol, compression, url, headers, concurrencyMax } = this.#options
    const options: ExporterOptions = {
      url: url.href,
      headers: async () => ({ ...this.#attempts.getStore()!.begin(headers) }),
      compression: compression as NonNullable<ExporterOptions['compression']>,
      concurrencyLimit: 2 * concurrencyMax, // An export may still come to rest when its request has been answered.
      timeoutMillis: EXPORTER_RETRY_MS_MAX,
      userAgent: 'tailrace',
      httpAgentOptions: () => agent,
    }
    return withoutVariables(() => new EXPORTERS[protocol](options))
  }
}

/** Hides OTEL_EXPORTER_OTLP_*, which is for the telemetry of programs: the exporter reads it when it is made, and would add those headers to ours. */
function withoutVariables<T>(make: () => T): T {
  const hidden = Object.entries(process.env).filter(([name]) => name.startsWith('OTEL_EXPORTER_OTLP_'))
  for (const [name] of hidden) delete process.env[name]
  try {
    return make()
  } finally {
    for (const [name, value] of hidden) process.env[name] = value
  }
}
