import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { type ApiError, invalid } from './api_error.ts'
import { type Held, textOf } from './held.ts'
import { cursorOf, type Query } from './query.ts'

/*
  GET /v1/organization/logs, the older log of the same events; parameters:

    limit   1 to 100, default 20
    after   record id (and before, which nobody documents)
    order   desc (default), asc

  GET /v1/organization/logs/{id}   one record
*/

export const LOGS_PATH = '/v1/organization/logs'

const NAMES: ReadonlySet<string> = new Set(['limit', 'after', 'before', 'order'])
const LIMIT_DEFAULT = 20

/** The query, or the 400 it deserves. */
export function parseLogsQuery(search: string, limitMax: number): Query | ApiError {
  const given = new URLSearchParams(search)
  for (const name of given.keys()) {
    if (!NAMES.has(name)) return invalid(`Unknown parameter: '${name}'.`, name, 'unknown_parameter')
    if (given.getAll(name).length > 1) return invalid(`Invalid value for '${name}': it may be given once only.`, name, 'invalid_value')
  }
  const limit = given.get('limit') ?? String(Math.min(LIMIT_DEFAULT, limitMax))
  if (!/^\d{1,6}$/.test(limit) || Number(limit) < 1 || Number(limit) > limitMax) {
    return invalid(`Invalid 'limit': expected an integer from 1 to ${limitMax}.`, 'limit', 'invalid_value')
  }
  const order = given.get('order') ?? 'desc'
  if (order !== 'asc' && order !== 'desc') return invalid("Invalid 'order': expected 'asc' or 'desc'.", 'order', 'invalid_value')
  if (given.has('after') && given.has('before')) return invalid("Only one of 'after' and 'before' may be given.", 'before', 'invalid_value')
  return { fromS: -Infinity, untilS: Infinity, tenantOnly: false, limit: Number(limit), order, cursor: cursorOf(given) }
}

/** The record of an event: what it says, in the older shape. One that was given in that shape stays as it is. */
export function logTextOf(held: Held): string {
  const text = textOf(held)
  const body = parseJson(text)
  if (!isJsonObject(body) || typeof body.event === 'string') return text
  const record = JSON.stringify({
    id: held.id,
    event: held.type,
    actor: actorOf(body.actor),
    target: targetOf(held.type, body[held.type]),
    created_at: held.effectiveAtS,
    api_request: isJsonObject(body.actor) && body.actor.type === 'api_key' ? `req_${(held.id ?? '').slice(-12)}` : null,
    success: !/(failed|denied|rejected)$/.test(held.type),
  })
  // Numbers that do not survive being parsed stand last: only the text itself keeps them.
  const fragile = /,\s*"x_[a-z]+":[^,{}]*\}$/.exec(text)?.[0]
  return fragile === undefined ? record : `${record.slice(0, -1)}${fragile}`
}

function actorOf(actor: JsonValue | undefined): JsonValue {
  if (!isJsonObject(actor)) return null
  const session = object(actor.session)
  const key = object(actor.api_key)
  const user = object(session?.user) ?? object(key?.user)
  if (user !== undefined) return { type: 'user', id: user.id ?? null, name: user.email ?? null }
  const account = object(key?.service_account)
  if (account !== undefined) return { type: 'service_account', id: account.id ?? null, name: 'Service account' }
  return key === undefined ? { type: actor.type ?? null, id: null, name: null } : { type: 'api_key', id: key.id ?? null, name: null }
}

function targetOf(type: string, value: JsonValue | undefined): JsonValue {
  const payload = object(value)
  if (payload === undefined) return null
  const data = object(payload.data)
  return { type: type.split('.')[0]!, id: payload.id ?? null, name: data?.name ?? data?.title ?? data?.email ?? null }
}

const object = (value: JsonValue | undefined): JsonObject | undefined => (isJsonObject(value) ? value : undefined)
