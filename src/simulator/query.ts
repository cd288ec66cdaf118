import { type ApiError, invalid } from './api_error.ts'
import { isKnownType, isTenantScoped } from './catalogue.ts'

/*
  GET /v1/organization/audit_logs, parameters (developers.openai.com, API reference, Audit logs):

    effective_at[gt|gte|lt|lte]   Unix seconds
    project_ids[] event_types[] actor_ids[] actor_emails[] resource_ids[]   the key once per value
    tenant_only   true | false (default)
    limit         1 to 100, default 20
    after before  event id
*/

/** A list request, read. */
export interface Query {
  /** First second listed. */
  readonly fromS: number
  /** First second not listed any more. */
  readonly untilS: number
  readonly projectIds?: ReadonlySet<string> | undefined
  readonly eventTypes?: ReadonlySet<string> | undefined
  readonly actorIds?: ReadonlySet<string> | undefined
  readonly actorEmails?: ReadonlySet<string> | undefined
  readonly resourceIds?: ReadonlySet<string> | undefined
  readonly tenantOnly: boolean
  readonly limit: number
  /** Default: newest first. */
  readonly order?: 'asc' | 'desc'
  readonly cursor: Cursor | undefined
}

interface Cursor {
  readonly name: 'after' | 'before'
  readonly id: string
}

const LISTS = ['project_ids[]', 'event_types[]', 'actor_ids[]', 'actor_emails[]', 'resource_ids[]'] as const
const SINGLE = [
  'effective_at[gt]',
  'effective_at[gte]',
  'effective_at[lt]',
  'effective_at[lte]',
  'tenant_only',
  'limit',
  'after',
  'before',
] as const
const NAMES: ReadonlySet<string> = new Set([...LISTS, ...SINGLE])
const LIMIT_DEFAULT = 20

export interface QueryRules {
  readonly limitMax: number
  /** Beside the catalogue's: types of events held. */
  readonly isHeldType: (type: string) => boolean
}

/** The query, or the 400 it deserves. `search` is what follows the question mark; its brackets may be encoded or not. */
export function parseQuery(search: string, rules: QueryRules): Query | ApiError {
  const given = new URLSearchParams(search)
  const fault = nameFault(given) ?? valueFault(given, rules)
  if (fault !== undefined) return fault
  const limit = given.get('limit')
  return {
    ...range(given),
    projectIds: setOf(given, 'project_ids[]'),
    eventTypes: setOf(given, 'event_types[]'),
    actorIds: setOf(given, 'actor_ids[]'),
    actorEmails: setOf(given, 'actor_emails[]'),
    resourceIds: setOf(given, 'resource_ids[]'),
    tenantOnly: given.get('tenant_only') === 'true',
    limit: limit === null ? Math.min(LIMIT_DEFAULT, rules.limitMax) : Number(limit),
    cursor: cursorOf(given),
  }
}

function range(given: URLSearchParams): Pick<Query, 'fromS' | 'untilS'> {
  const second = (name: (typeof SINGLE)[number], shift: number, otherwise: number) => {
    const text = given.get(name)
    return text === null ? otherwise : Number(text) + shift
  }
  return {
    fromS: Math.max(second('effective_at[gte]', 0, -Infinity), second('effective_at[gt]', 1, -Infinity)),
    untilS: Math.min(second('effective_at[lt]', 0, Infinity), second('effective_at[lte]', 1, Infinity)),
  }
}

function setOf(given: URLSearchParams, name: (typeof LISTS)[number]): ReadonlySet<string> | undefined {
  return given.has(name) ? new Set(given.getAll(name)) : undefined
}

export function cursorOf(given: URLSearchParams): Cursor | undefined {
  for (const name of ['after', 'before'] as const) {
    const id = given.get(name)
    if (id !== null) return { name, id }
  }
  return undefined
}

function nameFault(given: URLSearchParams): ApiError | undefined {
  for (const name of given.keys()) {
    if (!NAMES.has(name)) return invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
  }
  const repeated = SINGLE.find(name => given.getAll(name).length > 1)
  if (repeated !== undefined) return invalid(`Invalid value for '${repeated}': it may be given once only.`, repeated, 'invalid_value')
  if (given.has('after') && given.has('before')) return invalid("Only one of 'after' and 'before' may be given.", 'before', 'invalid_value')
  return undefined
}

function valueFault(given: URLSearchParams, { limitMax, isHeldType }: QueryRules): ApiError | undefined {
  for (const name of SINGLE.slice(0, 4)) {
    const text = given.get(name)
    if (text !== null && !/^-?\d{1,12}$/.test(text))
      return invalid(`Invalid type for '${name}': expected an integer.`, name, 'invalid_type')
  }
  const limit = given.get('limit')
  if (limit !== null && !/^\d{1,6}$/.test(limit)) return invalid("Invalid type for 'limit': expected an integer.", 'limit', 'invalid_type')
  if (limit !== null && Number(limit) < 1) return invalid("Invalid 'limit': expected a value >= 1.", 'limit', 'integer_below_min_value')
  if (limit !== null && Number(limit) > limitMax)
    return invalid(`Invalid 'limit': expected a value <= ${limitMax}.`, 'limit', 'integer_above_max_value')
  const tenantOnly = given.get('tenant_only')
  if (tenantOnly !== null && tenantOnly !== 'true' && tenantOnly !== 'false') {
    return invalid("Invalid type for 'tenant_only': expected a boolean.", 'tenant_only', 'invalid_type')
  }
  const types = given.getAll('event_types[]')
  const unknown = types.find(type => !isKnownType(type) && !isHeldType(type))
  if (unknown !== undefined) return invalid(`Invalid value: '${unknown}'.`, 'event_types', 'invalid_value')
  const outside = tenantOnly === 'true' ? types.find(type => !isTenantScoped(type)) : undefined
  if (outside !== undefined)
    return invalid(`'${outside}' is not tenant-scoped; tenant_only lists tenant-scoped events only.`, 'event_types', 'invalid_value')
  return undefined
}
