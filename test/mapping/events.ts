import type { LogEvent } from '../../src/core/event.ts'
import { type JsonObject, type JsonValue, parseJson } from '../../src/core/json.ts'
import { receivedEvent } from '../../src/record/received.ts'
import { TABLE } from '../../src/record/table.ts'
import PAYLOADS from './payloads.json' with { type: 'json' }

export const RECEIVED_MS = 1_770_979_990_000
const MAPPED_MS = RECEIVED_MS + 5
export const CLOCK = { now: () => MAPPED_MS }
export const ORGANIZATION = { id: 'org-example', name: 'Example Inc.' }

const PLACE = {
  country: 'US',
  city: 'San Francisco',
  region: 'California',
  region_code: 'CA',
  asn: '1234',
  latitude: '37.77490',
  longitude: '-122.41940',
}
const SESSION = {
  user: { id: 'user-ada', email: 'ada@example.com' },
  ip_address: '203.0.113.7',
  user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
  ja3: 'a497151ce4338a12c4418c44d375173e',
  ja4: 'q13d0313h3_55b375c5d22e_c7319ce65786',
  ip_address_details: PLACE,
}
const { user: _user, ...SESSION_OF_NOBODY } = SESSION

/** Every kind of actor, and kinds of nonsense where one is expected. Absent is undefined. */
export const ACTORS: Readonly<Record<string, JsonValue | undefined>> = {
  session: { type: 'session', session: SESSION },
  session_without_user: { type: 'session', session: SESSION_OF_NOBODY },
  session_without_address: { type: 'session', session: { user: { id: 'user-ada', email: 'ada@example.com' } } },
  session_with_odd_fields: {
    type: 'session',
    session: {
      user: { id: 7, email: 'no address' },
      ip_address: 'unknown',
      ja3: 'a497151ce4338a12c4418c44d375173e',
      ip_address_details: { country: 'Germany', region_code: 'BE', latitude: '95', longitude: '1', asn: 'AS-NONE', asn_name: 'Example' },
      mfa: true,
    },
  },
  session_in_ipv6: {
    type: 'session',
    session: { ...SESSION, ip_address: '2001:db8::7', ip_address_details: { latitude: '0.0', longitude: '0.0' } },
  },
  type_only: { type: 'session' },
  key_of_user: { type: 'api_key', api_key: { id: 'key_ada', type: 'user', user: { id: 'user-ada', email: 'ada@example.com' } } },
  key_of_service_account: { type: 'api_key', api_key: { id: 'key_sa', type: 'service_account', service_account: { id: 'user-sa1' } } },
  key_alone: { type: 'api_key', api_key: { id: 'key_alone' } },
  null_actor: null,
  absent: undefined,
  future_kind: { type: 'robot', robot: { id: 'r2' } },
  list: [{ type: 'session' }],
  text: 'ada@example.com',
  number: 7,
  wrong_inside: { type: 5, session: 'abc', api_key: [1], extra: { a: null } },
}

export function payloadOf(type: string): JsonValue | undefined {
  return (PAYLOADS as Readonly<Record<string, JsonObject>>)[type]
}

export interface EventParts {
  readonly type: string
  readonly actor?: JsonValue | undefined
  readonly payload?: JsonValue | undefined
  readonly more?: JsonObject
}

let numbered = 0
export function bodyOf({ type, actor, payload, more = {} }: EventParts, id = `audit_log-${numbered++}`): JsonObject {
  return {
    object: 'organization.audit_log',
    id,
    type,
    effective_at: 1_770_979_925,
    ...(actor === undefined ? {} : { actor }),
    ...(payload === undefined ? {} : { [type]: payload }),
    ...more,
  }
}

/** The event of a record that a source received, text and all. */
export function received(body: JsonObject, text = JSON.stringify(body)): LogEvent {
  return receivedEvent({ source: 'acme', stream: 'organization', receivedMs: RECEIVED_MS, text, body: parseJson(text) as JsonObject })
}

/** The same events, in the same order, each time: one per type, with actors that fit on a line, and one per kind of actor. */
export function oneOfEach(): readonly LogEvent[] {
  const { key_of_user, key_of_service_account, key_alone, session_without_address } = ACTORS
  const actors = [session_without_address, key_of_user, key_of_service_account, null, key_alone]
  const types = TABLE.map(({ type }, index) => {
    const more = index % 3 === 0 ? { project: { id: 'proj_1', name: 'Prod' } } : {}
    return received(bodyOf({ type, actor: actors[index % actors.length], payload: payloadOf(type), more }, `audit_log-${index}`))
  })
  const kinds = Object.entries(ACTORS).flatMap(([kind, actor]) =>
    ['login.failed', 'tunnel.created'].map(type => received(bodyOf({ type, actor }, `audit_log-${kind}`))),
  )
  return [...types, ...kinds]
}
