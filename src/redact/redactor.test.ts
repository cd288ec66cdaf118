import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import { event } from '../../test/support/events.ts'
import type { JsonObject } from '../core/json.ts'
import { createEcsMapper } from '../mappers/ecs/index.ts'
import { createRawMapper } from '../mappers/raw/index.ts'
import { TABLE } from '../record/table.ts'
import { Secret } from '../toolkit/secret.ts'
import { parsePath } from './path.ts'
import { redactingMapper } from './redactor.ts'
import type { RedactRule, Treatment } from './rule.ts'

const KEY = Secret.literal('0123456789abcdef')
const PSEUDONYM: Treatment = { action: 'pseudonym', key: KEY, keyId: 'k1' }

const rule = (paths: string | readonly string[], treatment: Treatment, fields: readonly string[] = []): RedactRule => ({
  ...treatment,
  paths: [paths].flat().map(parsePath),
  fields: fields.map(parsePath),
})

/** What the format `raw` sends of a text. */
function redacted(text: string, ...rules: readonly RedactRule[]): string {
  return redactingMapper(createRawMapper(), rules)(received(JSON.parse(text) as JsonObject, text)).json
}

const ADA = 'ada@example.com'

describe('of the text, only the value changes', () => {
  test.each([
    [
      'masked',
      '{ "a" : {"email":"ada@example.com" , "b":1.50e1} }',
      rule('a.email', { action: 'mask' }),
      '{ "a" : {"email":"[redacted]" , "b":1.50e1} }',
    ],
    ['the first of several dropped', '{"email": 1 , "b" :2}', rule('email', { action: 'drop' }), '{"b" :2}'],
    ['one in the middle dropped', '{"a":1, "email" : 7 ,"b":2}', rule('email', { action: 'drop' }), '{"a":1 ,"b":2}'],
    ['the last dropped', '{"a":1 , "email":{"x":[1]}}', rule('email', { action: 'drop' }), '{"a":1}'],
    ['the only one dropped', '{"o":{ "email":1 }}', rule('o.email', { action: 'drop' }), '{"o":{  }}'],
    ['neighbours dropped', '{"a":1,"b":2,"c":3,"d":4}', rule(['a', 'b', 'd'], { action: 'drop' }), '{"c":3}'],
    ['everything dropped', '{"o":{"a":1,"b":2}}', rule('o.*', { action: 'drop' }), '{"o":{}}'],
    ['an entry dropped', '{"l":[1,2,3]}', rule('l[1]', { action: 'drop' }), '{"l":[1,3]}'],
    ['a name that stands twice', '{"e":"one@x.org","e":"two@x.org"}', rule('e', { action: 'mask' }), '{"e":"[redacted]","e":"[redacted]"}'],
    [
      'all within an object',
      '{"o":{"a":"x1","b":[true,null,{"c":5.0}]}}',
      rule('o', { action: 'mask' }),
      '{"o":{"a":"[redacted]","b":["[redacted]",null,{"c":"[redacted]"}]}}',
    ],
    ['a name with dots', '{"a.b":{"c":"x"}}', rule('["a.b"].c', { action: 'mask' }), '{"a.b":{"c":"[redacted]"}}'],
    [
      'through a list',
      '{"l":[{"e":"p@x.org"},{"e":"q@x.org"}]}',
      rule('l.e', { action: 'mask' }),
      '{"l":[{"e":"[redacted]"},{"e":"[redacted]"}]}',
    ],
    [
      'any depth',
      '{"a":{"b":[{"e":"p@x.org"}]},"e":"q@x.org"}',
      rule('**.e', { action: 'mask' }),
      '{"a":{"b":[{"e":"[redacted]"}]},"e":"[redacted]"}',
    ],
    ['a name in escapes', String.raw`{"\u0065":"p@x.org"}`, rule('e', { action: 'mask' }), String.raw`{"\u0065":"[redacted]"}`],
    ['nothing that is there', '{"a":1}', rule('b.c', { action: 'mask' }), '{"a":1}'],
    ['nothing that says anything', '{"e":null,"f":""}', rule(['e', 'f'], { action: 'mask' }), '{"e":null,"f":""}'],
  ])('%s', (_, text, how, expected) => {
    expect(redacted(text, how)).toBe(expected)
  })
})

describe('the value goes wherever else it stands', () => {
  test.each([
    ['as a whole', '{"e":"ada@example.com","f":"ada@example.com"}', '{"e":"[redacted]","f":"[redacted]"}'],
    ['in another case', '{"e":"ada@example.com","f":"ADA@Example.COM"}', '{"e":"[redacted]","f":"[redacted]"}'],
    [
      'within a text, whose escapes stay',
      String.raw`{"e":"ada@example.com","f":"\u00fcber \"ada@example.com\"\n"}`,
      String.raw`{"e":"[redacted]","f":"\u00fcber \"[redacted]\"\n"}`,
    ],
    ['in escapes', String.raw`{"e":"ada@example.com","f":"to \u0061da\u0040example.com"}`, '{"e":"[redacted]","f":"to [redacted]"}'],
    ['itself in escapes', String.raw`{"e":"\u0061da@example.com","f":"ada@example.com"}`, '{"e":"[redacted]","f":"[redacted]"}'],
    ['as a name', '{"e":"ada@example.com","f":{"ada@example.com":1}}', '{"e":"[redacted]","f":{"[redacted]":1}}'],
    [
      'in JSON within a text',
      String.raw`{"e":"ada@example.com","f":"{\"g\":\"\\u0061da@example.com\"}"}`,
      String.raw`{"e":"[redacted]","f":"{\"g\":\"[redacted]\"}"}`,
    ],
    ['in a URL', '{"e":"ada@example.com","f":"/?u=ada%40example.com&x"}', '{"e":"[redacted]","f":"/?u=[redacted]&x"}'],
    [
      'in a URL within a URL',
      '{"e":"ada@example.com","f":"/?to=%2F%3Fu%3Dada%2540example.com%26x"}',
      '{"e":"[redacted]","f":"/?to=%2F%3Fu%3D[redacted]%26x"}',
    ],
    ['before it', '{"a":["ada@example.com"],"e":"ada@example.com"}', '{"a":["[redacted]"],"e":"[redacted]"}'],
  ])('%s', (_, text, expected) => {
    expect(redacted(text, rule('e', { action: 'mask' }))).toBe(expected)
  })

  test.each([
    ['a value of quotes and slashes', { e: 'a"b\\c/d', f: 'x a"b\\c/d', g: JSON.stringify({ h: 'a"b\\c/d' }) }],
    ['a value of many alphabets', { e: 'Zoë 🦊 Ångström', f: 'zoë 🦊 ångström!', g: JSON.stringify(['Zoë 🦊 Ångström']) }],
    [
      'a value of several words',
      { e: 'Ada L\u00f8velace (CEO)', f: '/?name=Ada+L%C3%B8velace+%28CEO%29&x=1', g: 'Ada+L\u00f8velace+(CEO)' },
    ],
    ['a number', { e: 12345678, f: '12345678', g: 'id 12345678', h: 12345678 }],
  ])('%s', (_, body) => {
    const out = redacted(JSON.stringify(body), rule('e', { action: 'mask' }))
    for (const value of Object.values(JSON.parse(out) as JsonObject)) expect(JSON.stringify(value)).toContain('[redacted]')
    expect(out.toLowerCase()).not.toContain(JSON.stringify(body.e).slice(1, -1).toLowerCase())
  })

  test('what is dropped is masked elsewhere', () => {
    expect(redacted('{"e":"ada@example.com","f":"by ada@example.com"}', rule('e', { action: 'drop' }))).toBe('{"f":"by [redacted]"}')
  })

  test('another address that begins alike stays', () => {
    expect(redacted('{"ip":"203.0.113.1","f":"203.0.113.1, 203.0.113.10"}', rule('ip', { action: 'mask' }))).toBe(
      '{"ip":"[redacted]","f":"[redacted], 203.0.113.10"}',
    )
  })

  test('an IPv6 address in any spelling', () => {
    const text = '{"ip":"2001:db8::1","f":"from 2001:0DB8:0:0::0001, not 2001:db8::12","g":"2001:db8:0:0:0:0:0:1"}'
    expect(redacted(text, rule('ip', { action: 'mask' }))).toBe(
      '{"ip":"[redacted]","f":"from [redacted], not 2001:db8::12","g":"[redacted]"}',
    )
    const sentences = '{"ip":"fe80::","f":"ip:FE80:0::, then FE80:0:0:0:0:0:0:0.","g":"fe80::0."}'
    expect(redacted(sentences, rule('ip', { action: 'mask' }))).toBe(
      '{"ip":"[redacted]","f":"ip:[redacted], then [redacted].","g":"[redacted]."}',
    )
    expect(redacted('{"ip":"::1","f":"0:0:0:0:0:0:0:1"}', rule('ip', { action: 'mask' }))).toBe('{"ip":"[redacted]","f":"[redacted]"}')
  })

  test('the longest value first', () => {
    const out = redacted('{"a":"anna","b":"annabel","f":"annabel anna"}', rule(['a', 'b'], PSEUDONYM))
    const { a, b, f } = JSON.parse(out) as Record<string, string>
    expect(f).toBe(`${b} ${a}`)
  })
})

describe('nobody hides by a name', () => {
  const all: Treatment = { action: 'mask' }
  test.each(['role.assignment.created', 'owner', 'user', 'api_key', 'role_assignment_created', 'session'])('who is called %s', name => {
    const body = bodyOf({
      type: 'role.assignment.created',
      actor: { type: 'session', session: { user: { id: 'user-1', name } } },
      payload: payloadOf('role.assignment.created'),
    })
    const document = redactingMapper(createEcsMapper({ clock: CLOCK }), [rule('actor.session.user.name', all)])(received(body))
      .document as Record<string, JsonObject>
    const plain = createEcsMapper({ clock: CLOCK })(received(body)).document as Record<string, JsonObject>
    expect(document.event!.action).toBe('role.assignment.created')
    expect(document.event!.severity).toBe(plain.event!.severity)
    expect((document.openai!.audit as JsonObject).target).toEqual((plain.openai!.audit as JsonObject).target)
  })

  test('a role that nobody may read still counts', () => {
    const body = bodyOf({
      type: 'role.assignment.created',
      payload: { id: 'ra', principal_id: 'u1', principal_type: 'user', role_id: 'role-owner' },
    })
    const mapper = redactingMapper(createEcsMapper({ clock: CLOCK }), [rule('*.role_id', all)])
    expect(JSON.parse(mapper(received(body)).json)).toMatchObject({ event: { severity: 73 } })
    expect(mapper(received(body)).json).not.toContain('role-owner')
  })

  test('type, object and time are reached by no wildcard', () => {
    const out = JSON.parse(
      redacted(JSON.stringify(bodyOf({ type: 'login.failed', more: { x: 'something' } })), rule(['*', '**.type'], all)),
    ) as JsonObject
    expect(out).toMatchObject({ type: 'login.failed', object: 'organization.audit_log', effective_at: 1_770_979_925, x: '[redacted]' })
    expect(out.id).toMatch(/^audit_log-/)
  })

  test('what names a record of the organization log stays in that log alone', () => {
    const shown = '"e":"ada@example.com","event":"by ada@example.com","created_at":"ada@example.com"'
    const masked = '"e":"[redacted]","event":"by [redacted]","created_at":"[redacted]"'
    expect(redacted(`{"type":"login.failed",${shown}}`, rule('e', all))).toBe(`{"type":"login.failed",${masked}}`)
    expect(redacted(`{${shown}}`, rule('e', all))).toBe(`{${shown.replace('ada@example.com', '[redacted]')}}`)
  })

  test('an id that holds a value becomes one that no other event has', () => {
    const [first, second] = ['ada@example.com', 'bob@example.com'].map(email => {
      const body = { ...bodyOf({ type: 'login.failed', more: { email } }), id: `log-${email}` }
      return redactingMapper(createRawMapper(), [rule('email', all)])(received(body))
    })
    expect(first!.event.id).toMatch(/^sha256-[0-9a-f]{32}$/)
    expect(first!.event.id).toBe(first!.event.body.id)
    expect(first!.event.id).not.toBe(second!.event.id)
  })
})

describe.each(FORMATS)('$name', ({ create, validate }) => {
  const options = { clock: CLOCK, attack: true }
  const session = 'actor.session'
  test.each<[string, readonly RedactRule[]]>([
    ['masks', [rule([`${session}.user.email`, `${session}.ip_address`, '**.email', '**.user.id'], { action: 'mask' })]],
    ['drops', [rule([session, 'actor.api_key', 'project'], { action: 'drop' })]],
    ['pseudonyms', [rule([`${session}.*`, 'actor.api_key', '*.data', '*.id', '*.changes_requested'], PSEUDONYM)]],
    [
      'kept parts',
      [rule(['actor.**.email', `${session}.ip_address`], { ...PSEUDONYM, keepDomain: true, keepPrefix: { ipv4: 24, ipv6: 48 } })],
    ],
    ['everything', [rule('*', { action: 'mask' })]],
  ])('stays valid: %s', (_, rules) => {
    const mapper = redactingMapper(create(options), rules)
    for (const { type } of TABLE) {
      for (const actor of Object.values(ACTORS)) {
        const { document } = mapper(received(bodyOf({ type, actor, payload: payloadOf(type) })))
        expect(validate(document), type).toEqual([])
      }
    }
  })
})

test('a field of the output goes from the record too', () => {
  const body = bodyOf({ type: 'login.failed', actor: ACTORS.session, more: { note: `seen ${ADA}` } })
  const ecs = createEcsMapper({ clock: CLOCK })
  const rules = [rule([], PSEUDONYM, ['user.email', 'source.ip']), rule([], { action: 'drop' }, ['observer', 'event.severity'])]
  const { json, document, event: sent } = redactingMapper(ecs, rules)(received(body))
  expect(json).not.toContain(ADA)
  expect(json).not.toContain((ACTORS.session as { session: { ip_address: string } }).session.ip_address)
  expect(document).toMatchObject({
    user: { email: expect.stringMatching(/^k1:/) as string },
    openai: { audit: { note: expect.stringMatching(/^seen k1:/) as string } },
  })
  expect(document).not.toHaveProperty('observer')
  expect(document.event).not.toHaveProperty('severity')
  expect(sent.text).not.toContain(ADA)
  expect(sent.received?.text).toContain(ADA)
})

test('an event that holds nothing of it is mapped as it is', () => {
  const plain = event('a')
  expect(redactingMapper(createRawMapper(), [rule('actor', { action: 'mask' })])(plain).event).toBe(plain)
})

test('without the file of its key nothing goes out', () => {
  const rules = [rule('e', { ...PSEUDONYM, key: Secret.file('/nowhere/at/all') })]
  expect(() => redacted('{"e":"x"}', ...rules)).toThrow("The secret's file /nowhere/at/all can't be read")
})
