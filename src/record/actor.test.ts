import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { type Actor, actorLabel, domainOf, readActor } from './actor.ts'
import { readNamedActor } from './named_actor.ts'

/** What was read: nothing else of the actor is known. */
const told = (actor: Actor) => Object.fromEntries(Object.entries(actor).filter(([, value]) => value !== undefined))

test.each<[JsonValue | undefined, object]>([
  [undefined, {}],
  ['ada', { rest: { value: 'ada' } }],
  [
    { type: 5, session: 'abc', api_key: [1] },
    { kind: '5', rest: { session: 'abc', api_key: [1] } },
  ],
  [{ type: ['x'], odd: null }, { rest: { type: ['x'] } }],
  [{ session: { user: { id: 'u' } } }, { id: 'u', userId: 'u' }],
  [
    { session: { user: { email: 'a@b@c.dd', name: 'n' } } },
    { email: 'a@b@c.dd', domain: 'c.dd', rest: { session: { user: { name: 'n' } } } },
  ],
  [{ session: { user: { id: ['u'], email: 7 } } }, { email: '7', rest: { session: { user: { id: ['u'] } } } }],
  [
    { session: { ip_address: ['a'], user_agent: { x: 1 }, ja3: [3], ja4: [4], user: 'u', ip_address_details: 'p' } },
    { rest: { session: { ip_address: ['a'], user_agent: { x: 1 }, ja3: [3], ja4: [4], user: 'u', ip_address_details: 'p' } } },
  ],
  [
    { session: { ip_address: '::1', user_agent: 'c', ja3: 3, ja4: 'k' } },
    { address: '::1', ip: '::1', userAgent: 'c', ja3: '3', ja4: 'k' },
  ],
  [{ api_key: { id: 'k', type: 'user', user: { id: 'u' } } }, { id: 'u', userId: 'u', keyId: 'k', keyKind: 'user', ownerKind: 'user' }],
  [{ api_key: { id: ['k'], type: {}, odd: 1 } }, { rest: { api_key: { id: ['k'], odd: 1 } } }],
  [
    { api_key: { service_account: { id: 's', name: 'n' } } },
    { id: 's', serviceAccountId: 's', ownerKind: 'service_account', rest: { api_key: { service_account: { name: 'n' } } } },
  ],
  [{ api_key: { service_account: { id: ['s'] }, user: 'u' } }, { rest: { api_key: { service_account: { id: ['s'] }, user: 'u' } } }],
  [{ api_key: { service_account: 's' } }, { rest: { api_key: { service_account: 's' } } }],
  [{ api_key: { user: { email: 'a@b.cc' }, service_account: { id: 's' } } }, { email: 'a@b.cc', domain: 'b.cc', serviceAccountId: 's' }],
  [
    { session: { user: { id: 'u' } }, api_key: { id: 'k', type: 'user', user: { id: 'v' } } },
    { id: 'u', userId: 'u', keyId: 'k', keyKind: 'user', rest: { api_key: { user: { id: 'v' } } } },
  ],
])('actor %j', (actor, expected) => {
  expect(told(readActor(actor))).toStrictEqual(expected)
})

describe('a place', () => {
  test.each<[JsonObject, object]>([
    [
      { country: 'US', region_code: 'C' },
      { country: 'US', regionCode: 'US-C' },
    ],
    [
      { country: 'GB', region_code: 'ENG' },
      { country: 'GB', regionCode: 'GB-ENG' },
    ],
    [
      { country: 'US', region_code: 'CALI' },
      { country: 'US', rest: { region_code: 'CALI' } },
    ],
    [
      { country: 'US', region_code: 'c' },
      { country: 'US', rest: { region_code: 'c' } },
    ],
    [
      { country: 'US', region_code: 'US-CA' },
      { country: 'US', rest: { region_code: 'US-CA' } },
    ],
    [
      { country: 'US', region_code: ['CA'] },
      { country: 'US', rest: { region_code: ['CA'] } },
    ],
    [{ region_code: 'CA' }, { rest: { region_code: 'CA' } }],
    [
      { country: 'us', region_code: 'CA' },
      { countryName: 'us', rest: { region_code: 'CA' } },
    ],
    [{ country: 'USA' }, { countryName: 'USA' }],
    [{ country: ['US'], city: ['c'], region: { r: 1 } }, { rest: { country: ['US'], city: ['c'], region: { r: 1 } } }],
    [
      { city: 7, region: 'R' },
      { city: '7', region: 'R' },
    ],
    [
      { latitude: '90', longitude: '-180' },
      { latitude: 90, longitude: -180 },
    ],
    [
      { latitude: -90, longitude: 180 },
      { latitude: -90, longitude: 180 },
    ],
    [{ latitude: 90.1, longitude: 0 }, { rest: { latitude: 90.1, longitude: 0 } }],
    [{ latitude: 0, longitude: '-180.1' }, { rest: { latitude: 0, longitude: '-180.1' } }],
    [{ latitude: 1 }, { rest: { latitude: 1 } }],
    [{ longitude: 1 }, { rest: { longitude: 1 } }],
    [{ asn: 'AS1234' }, { asn: 1234 }],
    [{ asn: ' as 7' }, { asn: 7 }],
    [{ asn: 0 }, { asn: 0 }],
    [{ asn: '4294967295' }, { asn: 4_294_967_295 }],
    [{ asn: 4_294_967_296 }, { rest: { asn: 4_294_967_296 } }],
    [{ asn: -1 }, { rest: { asn: -1 } }],
    [{ asn: '1.5' }, { rest: { asn: '1.5' } }],
    [{ asn: '7AS8' }, { rest: { asn: '7AS8' } }],
  ])('%j', (place, { rest, ...expected }: { readonly rest?: object }) => {
    const actor = readActor({ session: { ip_address_details: place } })
    expect(told(actor)).toStrictEqual({ ...expected, ...(rest && { rest: { session: { ip_address_details: rest } } }) })
  })
})

test.each([
  ['a@b.cc', 'b.cc'],
  ['a@b@c', 'c'],
  ['@c', 'c'],
  ['a@', undefined],
  ['a', undefined],
])('the domain of %s is %s', (email, domain) => {
  expect(domainOf(email)).toBe(domain)
})

test.each<[JsonValue | undefined, object, string | undefined]>([
  [null, {}, undefined],
  ['ada', { rest: { value: 'ada' } }, undefined],
  [{ id: 'u', name: 'Ada' }, { id: 'u', userId: 'u', name: 'Ada' }, 'Ada'],
  [{ type: 'session', id: 'u', name: 'a@b.cc' }, { kind: 'session', id: 'u', userId: 'u', email: 'a@b.cc', domain: 'b.cc' }, 'a@b.cc'],
  [{ type: 'user', id: 'u', name: 'a @b' }, { kind: 'user', id: 'u', userId: 'u', name: 'a @b' }, 'a @b'],
  [{ type: 'user', name: 'a@b c' }, { kind: 'user', name: 'a@b c' }, 'a@b c'],
  [{ type: 'user', name: 'a@b@c' }, { kind: 'user', name: 'a@b@c' }, 'a@b@c'],
  [
    { type: 'service_account', id: 's', name: 'Bot' },
    { kind: 'service_account', id: 's', serviceAccountId: 's', ownerKind: 'service_account', name: 'Bot' },
    'Bot',
  ],
  [{ type: 'api_key', id: 'k', name: 'Key' }, { kind: 'api_key', keyId: 'k', rest: { name: 'Key' } }, 'k'],
  [{ type: 'robot', id: 'r', name: 'R' }, { kind: 'robot', rest: { id: 'r', name: 'R' } }, undefined],
  [{ type: ['user'], id: 5, name: {} }, { id: '5', userId: '5', rest: { type: ['user'] } }, '5'],
  [{ type: 'user', id: ['u'], name: ['n'], odd: 1 }, { kind: 'user', rest: { id: ['u'], name: ['n'], odd: 1 } }, undefined],
])('the older log: actor %j', (value, expected, label) => {
  const actor = readNamedActor(value)
  expect(told(actor)).toStrictEqual(expected)
  expect(actorLabel(actor)).toBe(label)
})
