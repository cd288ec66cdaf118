import type { ComponentContext } from '../../core/context.ts'
import type { Source } from '../../core/source.ts'
import type { FetchPage, Remedies } from '../../paging/client.ts'
import { connectList } from '../../paging/connect.ts'
import { CursorDirection } from '../../paging/cursor_direction.ts'
import { type ListLimits, ListStream } from '../../paging/stream.ts'
import type { OpenaiAuditConfig } from './config.ts'
import { Listing, type Question } from './listing.ts'
import { WindowedPast } from './past.ts'
import { encodeQuery, isTenantType, type QueryOptions, SHAPE } from './query.ts'
import { WindowLimit } from './window_limit.ts'

/** How far back the questions of a check look. */
const CHECKED_S = 3600

const REMEDIES: Remedies = {
  denied:
    'It has to be an admin key, made by an Owner of the organization, with the scope api.audit_logs.read, and audit logging has to be switched on.',
  refused: 'Look at the filters, page_size and tenant_events of this source: an organization without a tenant has no tenant-scoped events.',
  unexpected: 'Look at base_url.',
}

/** `fetchPage` replaces the network, for rehearsals. */
export function createOpenaiAuditSource(config: OpenaiAuditConfig, context: ComponentContext, fetchPage?: FetchPage): Source {
  const url = new URL(`${config.base_url.href.replace(/\/+$/, '')}/organization/audit_logs`)
  const connection = connectList(config, context, {
    shape: SHAPE,
    remedies: REMEDIES,
    url,
    concurrencyMax: config.window_concurrency + 2,
    fetchPage,
  })
  const limit = new WindowLimit(config.window_concurrency)
  const direction = new CursorDirection()

  const queryOf = (tenantOnly: boolean): QueryOptions => ({ filters: filtersOf(config), pageEvents: config.page_size, tenantOnly })

  const stream = (name: string, tenantOnly: boolean) => {
    const client = connection.client(name, result => {
      if (result === 'ok') limit.answered()
      else if (result === 'throttled') limit.throttled()
    })
    const query = queryOf(tenantOnly)
    const { pageEvents } = query
    const ask = (question: Question, signal: AbortSignal) => {
      const text = encodeQuery(question, query)
      return question.cursor === undefined ? client.ask(text, signal) : client.askByCursor(text, signal)
    }
    const listing = (limits: ListLimits) => new Listing({ ...limits, ask, pageEvents, direction })
    return new ListStream({
      component: SHAPE.component,
      name,
      client,
      list: async (window, limits, signal) => {
        const one = listing(limits)
        await one.drain(window, signal)
        return one.collected
      },
      past: reading => new WindowedPast(reading, { pageEvents, limit, listing }),
      start: config.start,
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
      const client = connection.client('check')
      const toS = Math.floor(context.clock.now() / 1000)
      // As the streams ask, for an API may refuse a filter, the size of a page, or a tenant.
      for (const tenantOnly of hasTenant ? [false, true] : [false])
        await client.askOnce(encodeQuery({ fromS: toS - CHECKED_S, toS }, queryOf(tenantOnly)), signal)
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
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
