import { expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, received } from '../../../test/mapping/events.ts'
import type { JsonObject } from '../../core/json.ts'
import { createOcsfMapper } from './index.ts'

const map = createOcsfMapper({ clock: CLOCK, includeOriginal: false })
const documentOf = (actor: JsonObject) => map(received(bodyOf({ type: 'tunnel.created', actor }))).document

const IP = '203.0.113.7'
const PLACE = { country: 'US', city: 'SF', region: 'California', region_code: 'CA', latitude: '1.5', longitude: '2', asn: 'AS12' }
const READ = { country: 'US', city: 'SF', region: 'California', region_code: 'US-CA', latitude: 1.5, longitude: 2, asn: 12 }

test.each<[JsonObject, JsonObject | undefined, JsonObject | undefined]>([
  [{ user_agent: 'curl' }, undefined, undefined],
  [{ ip_address_details: PLACE }, undefined, { ip_address_details: READ }],
  [
    { ip_address: 'x', ip_address_details: { ...PLACE, odd: 1 }, mfa: true },
    undefined,
    { ip_address: 'x', mfa: true, ip_address_details: { ...READ, odd: 1 } },
  ],
  [{ ip_address: 'x' }, undefined, { ip_address: 'x' }],
  [{ ja3: 'j' }, undefined, { ja3: 'j' }],
  [{ ja4: 'k' }, undefined, { ja4: 'k' }],
  [{ ip_address_details: { asn: 7 } }, undefined, { ip_address_details: { asn: 7 } }],
  [{ ip_address_details: { country: 'Germany' } }, undefined, { ip_address_details: { country: 'Germany' } }],
  [{ ip_address_details: { region: 'R' } }, undefined, { ip_address_details: { region: 'R' } }],
  [{ ip_address_details: { latitude: 1, longitude: 2 } }, undefined, { ip_address_details: { latitude: 1, longitude: 2 } }],
  [{ ip_address: IP }, { ip: IP }, undefined],
  [{ ip_address: IP, ja3: 'j' }, { ip: IP, fingerprints: [{ algorithm: 'JA3', algorithm_id: 99, value: 'j' }] }, undefined],
  [{ ip_address: IP, ja4: 'k' }, { ip: IP, fingerprints: [{ algorithm: 'JA4', algorithm_id: 99, value: 'k' }] }, undefined],
  [
    { ip_address: IP, ip_address_details: PLACE },
    {
      ip: IP,
      location: { country: 'US', city: 'SF', region: 'US-CA', desc: 'SF, California, US', lat: 1.5, long: 2 },
      autonomous_system: { number: 12 },
    },
    undefined,
  ],
  [
    { ip_address: IP, ip_address_details: { country: 'US', region: 'R' } },
    { ip: IP, location: { country: 'US', desc: 'R, US' } },
    undefined,
  ],
  [
    { ip_address: IP, ip_address_details: { city: 'SF', country: 'Usa' } },
    { ip: IP, location: { city: 'SF' } },
    { ip_address_details: { country: 'Usa' } },
  ],
  [{ ip_address: IP, ip_address_details: { region: 'R' } }, { ip: IP }, { ip_address_details: { region: 'R' } }],
])('a session %j', (session, endpoint, rest) => {
  const { src_endpoint, unmapped } = documentOf({ type: 'session', session })
  expect(src_endpoint).toStrictEqual(endpoint)
  expect(unmapped).toStrictEqual(rest && { session: rest })
})

test.each<[JsonObject, JsonObject | undefined, JsonObject | undefined]>([
  [{ type: 'user' }, { app_name: 'user' }, undefined],
  [{ type: 'user', session: { user: { id: 'u' } } }, { user: { uid: 'u', type_id: 1, type: 'User' } }, undefined],
  [{ type: 'robot', session: { user: { id: 'u' } } }, { user: { uid: 'u', type_id: 1, type: 'User' }, app_name: 'robot' }, undefined],
  [{ type: 'service_account', api_key: { service_account: { id: 's' } } }, { user: { uid: 's', type_id: 4, type: 'Service' } }, undefined],
  [
    { type: 'service_account', session: { user: { id: 'u' } } },
    { user: { uid: 'u', type_id: 1, type: 'User' }, app_name: 'service_account' },
    undefined,
  ],
  [
    { api_key: { id: 'k', type: 'robot', user: { id: 'u' } } },
    { user: { uid: 'u', type_id: 99, type: 'robot', programmatic_credentials: [{ uid: 'k', type: 'API Key' }] } },
    undefined,
  ],
  [{ type: 'robot', api_key: { id: 'k' } }, { app_uid: 'k', app_name: 'API Key' }, { actor: { type: 'robot' } }],
  ...["a!#$%&'*+-/=?^_`{|}~.@b.cc", 'a@b-2.c-d.e', 'a b@b.cc', 'a@b.cc d', 'a@b', '@b.cc', 'a@b_c.cc'].map((email, index) => {
    const taken = index < 2 ? { email_addr: email } : {}
    const user = { name: email, ...taken, domain: email.split('@')[1]!, type_id: 1, type: 'User' }
    return [{ type: 'session', session: { user: { email } } }, { user }, undefined] as [JsonObject, JsonObject, undefined]
  }),
])('actor %j', (actor, acted, rest) => {
  const document = documentOf(actor)
  expect(document.actor).toStrictEqual(acted)
  expect(document.unmapped).toStrictEqual(rest)
})

test('a record without a type names nobody and no place: its class has no attribute for them', () => {
  const { document } = map(received({ id: 'a', actor: ACTORS.session!, project: { name: 'n' } }))
  expect(document).toMatchObject({ class_uid: 0, unmapped: { actor: ACTORS.session, project: { name: 'n' } } })
  for (const name of ['actor', 'src_endpoint', 'http_request', 'observables']) expect(document).not.toHaveProperty(name)
})
