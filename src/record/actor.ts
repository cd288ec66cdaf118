import type { JsonObject, JsonValue } from '../core/json.ts'
import { ipAddress, keep, number, type OpenObject, object, text } from './values.ts'

/** Who acted, from where and with what; every field is undefined unless the record says it. */
export interface Actor {
  kind: string | undefined
  /** Of who acted: the signed-in user, or the owner of the key, a person or a service account. */
  id: string | undefined
  userId: string | undefined
  email: string | undefined
  /** What people call who acted, where that is no e-mail address. */
  name: string | undefined
  /** The part of the e-mail address after its last `@`. */
  domain: string | undefined
  serviceAccountId: string | undefined
  keyId: string | undefined
  keyKind: string | undefined
  /** Whose the key is, where its owner acted; undefined of the user of a session. */
  ownerKind: string | undefined
  /** As received; `ip` is the same if it is an IP address. */
  address: string | undefined
  ip: string | undefined
  userAgent: string | undefined
  ja3: string | undefined
  ja4: string | undefined
  /** Two capital letters. */
  country: string | undefined
  /** The country as received, where that is no code of two letters. */
  countryName: string | undefined
  city: string | undefined
  region: string | undefined
  /** ISO 3166-2, such as `US-CA`. */
  regionCode: string | undefined
  /** Degrees; both or neither. */
  latitude: number | undefined
  longitude: number | undefined
  asn: number | undefined
  /** What no format has a place for: unknown fields and fields of the wrong type, at their own paths. */
  rest: JsonObject | undefined
}

const ASN_MAX = 2 ** 32 - 1

export function readActor(value: JsonValue | undefined): Actor {
  const actor = nobody()
  const fields = object(value)
  if (fields === undefined) actor.rest = keep(undefined, 'value', value)
  else {
    actor.kind = text(fields.type)
    let rest = unread(fields, ACTOR_FIELDS)
    rest = keep(rest, 'session', readNested(actor, fields.session, readSession))
    actor.rest = keep(rest, 'api_key', readNested(actor, fields.api_key, readKey))
  }
  return actor
}

/** The name by which people search for who acted. */
export function actorLabel({ email, name, id, keyId }: Actor): string | undefined {
  return email ?? name ?? id ?? keyId
}

/** An actor of whom nothing is known. */
export function nobody(): Actor {
  return {
    kind: undefined,
    id: undefined,
    userId: undefined,
    email: undefined,
    name: undefined,
    domain: undefined,
    serviceAccountId: undefined,
    keyId: undefined,
    keyKind: undefined,
    ownerKind: undefined,
    address: undefined,
    ip: undefined,
    userAgent: undefined,
    ja3: undefined,
    ja4: undefined,
    country: undefined,
    countryName: undefined,
    city: undefined,
    region: undefined,
    regionCode: undefined,
    latitude: undefined,
    longitude: undefined,
    asn: undefined,
    rest: undefined,
  }
}

/** Fields that are read: texts, and objects that have a reader of their own. */
type KnownFields = ReadonlyMap<string, 'text' | 'nested'>
const ACTOR_FIELDS: KnownFields = new Map([
  ['type', 'text'],
  ['session', 'nested'],
  ['api_key', 'nested'],
])
const SESSION_FIELDS: KnownFields = new Map([
  ['user', 'nested'],
  ['ip_address', 'text'],
  ['user_agent', 'text'],
  ['ja3', 'text'],
  ['ja4', 'text'],
  ['ip_address_details', 'nested'],
])
const KEY_FIELDS: KnownFields = new Map([
  ['id', 'text'],
  ['type', 'text'],
  ['user', 'nested'],
  ['service_account', 'nested'],
])
const USER_FIELDS: KnownFields = new Map([
  ['id', 'text'],
  ['email', 'text'],
])
const SERVICE_ACCOUNT_FIELDS: KnownFields = new Map([['id', 'text']])

/** What is left of an object: unknown fields, and texts that are none. */
function unread(fields: JsonObject, known: KnownFields): OpenObject | undefined {
  let rest: OpenObject | undefined
  for (const key in fields) {
    const use = known.get(key)
    if (use === undefined || (use === 'text' && text(fields[key]) === undefined)) rest = keep(rest, key, fields[key])
  }
  return rest
}

function readSession(actor: Actor, session: JsonObject): OpenObject | undefined {
  actor.address = text(session.ip_address)
  actor.ip = ipAddress(actor.address)
  actor.userAgent = text(session.user_agent)
  actor.ja3 = text(session.ja3)
  actor.ja4 = text(session.ja4)
  let rest = unread(session, SESSION_FIELDS)
  rest = keep(rest, 'user', readNested(actor, session.user, readUser))
  return keep(rest, 'ip_address_details', readNested(actor, session.ip_address_details, readPlace))
}

function readKey(actor: Actor, apiKey: JsonObject): OpenObject | undefined {
  const isOfSession = isNamed(actor)
  actor.keyId = text(apiKey.id)
  actor.keyKind = text(apiKey.type)
  let rest = unread(apiKey, KEY_FIELDS)
  rest = keep(rest, 'user', readNested(actor, apiKey.user, readUser))
  rest = keep(rest, 'service_account', readNested(actor, apiKey.service_account, readServiceAccount))
  if (!isNamed(actor)) actor.id = actor.serviceAccountId
  if (!isOfSession)
    actor.ownerKind = actor.keyKind ?? (actor.serviceAccountId === undefined || isNamed(actor) ? undefined : 'service_account')
  return rest
}

const isNamed = ({ userId, email }: Actor) => userId !== undefined || email !== undefined

type Reader = (actor: Actor, fields: JsonObject) => OpenObject | undefined

/** What the reader left, or all of a value that it cannot read. */
function readNested(actor: Actor, field: JsonValue | undefined, read: Reader): JsonValue | undefined {
  const fields = object(field)
  return fields === undefined ? field : read(actor, fields)
}

/** Of a record with both a session and a key, the session's user acted. */
function readUser(actor: Actor, user: JsonObject): OpenObject | undefined {
  if (isNamed(actor)) return user as OpenObject
  actor.userId = text(user.id)
  actor.id = actor.userId
  actor.email = text(user.email)
  if (actor.email !== undefined) actor.domain = domainOf(actor.email)
  return unread(user, USER_FIELDS)
}

function readServiceAccount(actor: Actor, account: JsonObject): OpenObject | undefined {
  actor.serviceAccountId = text(account.id)
  return unread(account, SERVICE_ACCOUNT_FIELDS)
}

/** The part after the last `@`. */
export function domainOf(email: string): string | undefined {
  const at = email.lastIndexOf('@')
  return at === -1 || at === email.length - 1 ? undefined : email.slice(at + 1)
}

function readPlace(actor: Actor, place: JsonObject): OpenObject | undefined {
  const country = text(place.country)
  if (country !== undefined && /^[A-Z]{2}$/.test(country)) actor.country = country
  else actor.countryName = country
  actor.city = text(place.city)
  actor.region = text(place.region)
  const code = text(place.region_code)
  if (actor.country !== undefined && code !== undefined && /^[A-Z0-9]{1,3}$/.test(code)) actor.regionCode = `${actor.country}-${code}`
  const latitude = number(place.latitude)
  const longitude = number(place.longitude)
  if (latitude !== undefined && longitude !== undefined && Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) {
    actor.latitude = latitude
    actor.longitude = longitude
  }
  actor.asn = asnOf(place.asn)
  return unplaced(actor, place)
}

/** `1234` or `AS1234`. */
function asnOf(value: JsonValue | undefined): number | undefined {
  const asn = number(typeof value === 'string' ? value.replace(/^\s*AS/i, '') : value)
  return asn !== undefined && Number.isInteger(asn) && asn >= 0 && asn <= ASN_MAX ? asn : undefined
}

/** The fields of a place that were not read into the actor. */
function unplaced(actor: Actor, place: JsonObject): OpenObject | undefined {
  let rest: OpenObject | undefined
  for (const key in place) if (!isPlaced(actor, key)) rest = keep(rest, key, place[key])
  return rest
}

function isPlaced(actor: Actor, key: string): boolean {
  switch (key) {
    case 'country':
      return actor.country !== undefined || actor.countryName !== undefined
    case 'city':
      return actor.city !== undefined
    case 'region':
      return actor.region !== undefined
    case 'region_code':
      return actor.regionCode !== undefined
    case 'latitude':
    case 'longitude':
      return actor.latitude !== undefined
    case 'asn':
      return actor.asn !== undefined
    default:
      return false
  }
}
