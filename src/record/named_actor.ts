import type { JsonValue } from '../core/json.ts'
import { type Actor, domainOf, nobody } from './actor.ts'
import { keep, type OpenObject, object, text } from './values.ts'

/** Kinds whose id is a user's. */
const PERSONS: ReadonlySet<string> = new Set(['user', 'session'])
const EMAIL = /^[^\s@]+@[^\s@]+$/

/** The actor of the organization log: `{type, id, name}`. A kind that nobody knows keeps its id and name as they stand. */
export function readNamedActor(value: JsonValue | undefined): Actor {
  const actor = nobody()
  const fields = object(value)
  if (fields === undefined) {
    actor.rest = keep(undefined, 'value', value)
    return actor
  }
  const { id, name, type } = fields
  actor.kind = text(type)
  const kind = actor.kind ?? 'user'
  const read = new Set(actor.kind === undefined ? [] : ['type'])
  if (setId(actor, kind, text(id))) read.add('id')
  if (setName(actor, kind, text(name))) read.add('name')
  let rest: OpenObject | undefined
  for (const key in fields) if (!read.has(key)) rest = keep(rest, key, fields[key])
  actor.rest = rest
  return actor
}

function setId(actor: Actor, kind: string, id: string | undefined): boolean {
  if (id === undefined) return false
  if (kind === 'api_key') actor.keyId = id
  else if (PERSONS.has(kind)) actor.userId = actor.id = id
  else if (kind === 'service_account') {
    actor.serviceAccountId = actor.id = id
    actor.ownerKind = kind
  } else return false
  return true
}

function setName(actor: Actor, kind: string, name: string | undefined): boolean {
  if (name === undefined || !(PERSONS.has(kind) || kind === 'service_account')) return false
  if (EMAIL.test(name)) {
    actor.email = name
    actor.domain = domainOf(name)
  } else actor.name = name
  return true
}
