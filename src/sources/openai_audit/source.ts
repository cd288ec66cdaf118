import type { ComponentContext } from '../../core/context.ts'
import type { Source } from '../../core/source.ts'
import { createHttpEndpoint } from '../../toolkit/http/endpoint.ts'
import { httpOptions } from '../../toolkit/http/settings.ts'
import { anyChanged } from '../../toolkit/tls.ts'
import { AuditClient, type FetchPage } from './client.ts'
import type { OpenaiAuditConfig } from './config.ts'
import { CursorDirection } from './cursor_direction.ts'
import { isTenantType } from './query.ts'
import { RequestPace } from './request_pace.ts'
import { AuditStream } from './stream.ts'
import { WindowLimit } from './window_limit.ts'

/** A page of 1,000 large events; the API's own pages of 100 are far smaller. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20

/** `fetchPage` replaces the network, for rehearsals. */
export function createOpenaiAuditSource(config: OpenaiAuditConfig, context: ComponentContext, fetchPage?: FetchPage): Source {
  const url = new URL(`${config.base_url.href.replace(/\/+$/, '')}/organization/audit_logs`)
  const http = httpOptions(config)
  const endpoint = fetchPage === undefined ? openEndpoint(config, context, url, http) : undefined
  const limit = new WindowLimit(config.window_concurrency)
  const direction = new CursorDirection()
  const pace = new RequestPace(context.clock, config.rate_limit ?? 0)
  const fetch: FetchPage =
    fetchPage ?? (async (query, signal) => endpoint!.request({ method: 'GET', path: `${url.pathname}?${query}` }, signal))

  const client = (name: string, onAnswer: (result: string) => void) =>
    new AuditClient({
      fetchPage: fetch,
      apiKey: config.api_key,
      url: url.href,
      clock: context.clock,
      pace,
      changed: signal => anyChanged([config.api_key, ...http.secrets], context.clock, signal),
      report: state => context.report(state, name),
      onAnswer: result => {
        context.meter.add('tailrace_source_requests_total', { source: context.id, stream: name, result }, 1)
        onAnswer(result)
      },
    })

  const stream = (name: string, tenantOnly: boolean) => {
    return new AuditStream({
      name,
      client: client(name, result => (result === 'ok' ? limit.answered() : result === 'throttled' && limit.throttled())),
      query: { filters: filtersOf(config), pageEvents: config.page_size, tenantOnly },
      limit,
      direction,
      startMs: config.start(context.clock.now()),
      overlapS: Math.ceil(config.overlap / 1000),
      pollIntervalMs: config.poll_interval,
      sweepIntervalMs: config.sweep_interval,
      context,
    })
  }

  // With types of one scope alone, the other stream has nothing to list.
  const { event_types: types, tenant_events: tenantEvents } = config
  const hasTenant = tenantEvents && (types.length === 0 || types.some(isTenantType))
  const streams = [stream('organization', false), ...(hasTenant ? [stream('tenant', true)] : [])]

  return {
    streams,
    async check(signal) {
      await client('check', () => {}).askOnce('limit=1', signal)
    },
    async [Symbol.asyncDispose]() {
      await endpoint?.close()
    },
  }
}

function openEndpoint(config: OpenaiAuditConfig, context: ComponentContext, url: URL, http: ReturnType<typeof httpOptions>) {
  return createHttpEndpoint({
    ...http,
    component: 'openai_audit',
    url,
    headers: () => ({
      ...http.headers(),
      authorization: `Bearer ${config.api_key.reveal()}`,
      accept: 'application/json',
      'accept-encoding': 'gzip',
    }),
    concurrencyMax: config.window_concurrency + 2,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock: context.clock,
  })
}

function filtersOf(config: OpenaiAuditConfig) {
  return {
    projectIds: config.project_ids,
    eventTypes: config.event_types,
    actorIds: config.actor_ids,
    actorEmails: config.actor_emails,
    resourceIds: config.resource_ids,
  }
}
