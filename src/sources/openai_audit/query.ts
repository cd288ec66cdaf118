import type { ListShape } from '../../paging/page.ts'
import type { Question } from './listing.ts'

export const SHAPE: ListShape = { component: 'openai_audit', timeField: 'effective_at' }

/** What the user narrows the log to. */
interface Filters {
  readonly projectIds: readonly string[]
  readonly eventTypes: readonly string[]
  readonly actorIds: readonly string[]
  readonly actorEmails: readonly string[]
  readonly resourceIds: readonly string[]
}

export interface QueryOptions {
  readonly filters: Filters
  readonly pageEvents: number
  readonly tenantOnly: boolean
}

/** Types that are listed with `tenant_only=true`; the two `role.*` ones are listed with nothing else. */
export function isTenantType(type: string): boolean {
  return type.startsWith('tenant.') || type === 'role.bound_to_resource' || type === 'role.unbound_from_resource'
}

/**
 * The query string of one question. `gte`, never `gt`: times are whole seconds and ties are real. `order` is
 * never sent: it is undocumented.
 */
export function encodeQuery(
  { fromS, toS, cursor, pageEvents: asked }: Question,
  { filters, pageEvents, tenantOnly }: QueryOptions,
): string {
  const query = new URLSearchParams()
  query.append('effective_at[gte]', String(fromS))
  query.append('effective_at[lt]', String(toS))
  query.append('limit', String(asked ?? pageEvents))
  if (cursor !== undefined) query.append(cursor.name, cursor.id)
  if (tenantOnly) query.append('tenant_only', 'true')
  const types = tenantOnly ? filters.eventTypes.filter(isTenantType) : filters.eventTypes
  const lists = {
    'project_ids[]': filters.projectIds,
    'event_types[]': types,
    'actor_ids[]': filters.actorIds,
    'actor_emails[]': filters.actorEmails,
    'resource_ids[]': filters.resourceIds,
  }
  for (const [name, values] of Object.entries(lists)) for (const value of values) query.append(name, value)
  return query.toString()
}
