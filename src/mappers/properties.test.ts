import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, RECEIVED_MS, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { receivedEvent } from '../record/received.ts'
import { TABLE } from '../record/table.ts'

const NAMES = [
  '',
  ...(
    'id type effective_at object project actor session api_key user email name data role ip_address ip_address_details ' +
    'country region_code latitude longitude asn ja3 principal_id principal_type changes_requested scopes allowed_ips details __proto__ constructor toString a.b ..'
  ).split(' '),
]
const TYPES = [...TABLE.map(({ type }) => type), 'no.such.type', '__proto__', 'constructor', 'actor', '', '.']

const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...NAMES, ...TYPES) }, fc.string())
const scalar = fc.oneof(
  fc.constantFrom<JsonValue>(
    null,
    '',
    0,
    -1,
    '12',
    '1e9',
    'AS7',
    'user',
    'group',
    'owner',
    '203.0.113.7',
    'US',
    'a@b.cc',
    '99999999999999999999',
  ),
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.maxSafeInteger(),
  fc.boolean(),
)
const json = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, fc.array(tie('value'), { maxLength: 4 }), objectOf(tie('value'))),
})).value

/** As JSON.parse would make it: `__proto__` is an own field. */
function objectOf(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(name, value), { maxLength: 6 }).map(fields => {
    const members = fields.map(([key, field]) => `${JSON.stringify(key)}:${JSON.stringify(field)}`)
    return parseJson(`{${members.join(',')}}`) as JsonObject
  })
}

const typed = fc.tuple(fc.constantFrom(...TYPES), objectOf(json), json, json).map(([type, more, actor, payload]): JsonObject => {
  return { ...more, type, actor, [type]: payload }
})
/** Replaces what stands at one place of a good event by anything. */
const mutated = fc
  .tuple(fc.constantFrom(...TABLE), fc.constantFrom(...Object.values(ACTORS)), fc.nat(), json)
  .map(([{ type }, actor, place, value]) => {
    const body = parseJson(JSON.stringify(bodyOf({ type, actor, payload: payloadOf(type) }, 'audit_log-1'))) as JsonObject
    const places = [...placesOf(body)]
    const [parent, key] = places[place % places.length]!
    ;(parent as Record<string, JsonValue>)[key] = value
    return body
  })

function* placesOf(value: JsonValue | undefined): Iterable<readonly [object, string]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    yield [value, key]
    yield* placesOf(inner as JsonValue)
  }
}

describe.each(FORMATS)('$name', ({ create, validate, original }) => {
  const map = create({ clock: CLOCK })
  const bare = create({ clock: CLOCK, includeOriginal: false, attack: true })

  test.each([
    ['any object', objectOf(json)],
    ['anything under a type', typed],
    ['a good event with a fault', mutated],
  ])('%s is mapped, valid, and keeps its text', (_, bodies) => {
    fc.assert(
      fc.property(bodies, body => {
        const text = JSON.stringify(body)
        const event = received(body, text)
        const mapped = map(event)
        expect(validate(mapped.document)).toEqual([])
        expect(validate(parseJson(mapped.json) as JsonObject)).toEqual([])
        expect(original(mapped.document)).toBe(text)
        expect(validate(bare(event).document)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test.each([
    ['very deep', `{"type":"api_key.created","x":${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}}`],
    ['a deep actor', `{"type":"user.added","actor":{"session":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`],
    ['a long name', `{"type":"project.created","project.created":{"id":"p","data":{"title":"${'ä'.repeat(100_000)}"}}}`],
    ['a long type', `{"type":"${'long.'.repeat(50_000)}deleted"}`],
    [
      'a long list',
      `{"type":"certificates.activated","certificates.activated":{"certificates":[${Array(5000).fill('{"id":"c","name":"certificate"}').join(',')}]}}`,
    ],
    [
      'a long assignment',
      `{"type":"role.assignment.created","role.assignment.created":{"id":"role_assignment_${'_'.repeat(200_000)}","principal_id":"u","principal_type":"user"}}`,
    ],
    [
      'a long address',
      `{"type":"login.failed","actor":{"type":"session","session":{"user":{"email":"${'a@'.repeat(100_000)}"},"ip_address":"${'1'.repeat(100_000)}"}}}`,
    ],
    ['half a character', '{"type":"login.failed","actor":{"type":"\\ud800"},"\\udc00":"\\ud83d"}'],
    ['spaces in the text', ' \n{ "type" : "login.failed",\n\t"id":"a" }\t '],
  ])('%s is mapped, valid, and keeps its text', (_, text) => {
    const event = receivedEvent({ source: 's', stream: 't', receivedMs: RECEIVED_MS, text, body: parseJson(text) as JsonObject })
    const { document, json: written } = map(event)
    expect(validate(document)).toEqual([])
    expect(original(parseJson(written) as JsonObject)).toBe(text)
    expect(validate(bare(event).document)).toEqual([])
  })

  test('the same event gives the same document, and the event is not changed', () => {
    fc.assert(
      fc.property(mutated, body => {
        const text = JSON.stringify(body)
        const event = received(body, text)
        expect(map(event).json).toBe(map(event).json)
        expect(JSON.stringify(event.body)).toBe(text)
        expect(isJsonObject(map(event).document)).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})
