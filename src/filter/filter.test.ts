import { describe, expect, test } from 'vitest'
import { bodyOf, received } from '../../test/mapping/events.ts'
import type { JsonObject } from '../core/json.ts'
import { SEVERITIES } from '../record/severity.ts'
import { compileExpression, EXPRESSION_CHARS_MAX, FilterFault } from './compile.ts'
import { EVENT_FIELDS, SEVERITY_CONSTANTS } from './fields.ts'
import { createFilter } from './filter.ts'

const EVENT = {
  ...bodyOf({
    type: 'role.assignment.created',
    actor: {
      type: 'session',
      session: { user: { id: 'user-ada', email: 'ada@example.com' }, ip_address: '203.0.113.9', ip_address_details: { city: 'Berlin' } },
    },
    payload: { id: 'ra-1', principal_id: 'user-bob', principal_type: 'user', role_id: 'role-owner' },
    more: { project: { id: 'proj_1', name: 'Prod' }, 'odd.key': { deep: [1, 2.5, { x: true }] }, nothing: null },
  }),
} satisfies JsonObject

function verdict(expression: string, body: JsonObject = EVENT, severity?: Parameters<typeof createFilter>[1]) {
  const { passes, error } = createFilter(compileExpression(expression), severity)(received(body))
  return error === undefined ? passes : `${passes} ${error.code} at ${error.part}`
}

test.each([
  ['event.type.startsWith("role.") && event.severity >= MEDIUM', true],
  ['event.severity == HIGH && event.severity == 4 && event.severity < CRITICAL', true],
  ['event.severity > HIGH', false],
  ['event.type in ["login.failed", "role.assignment.created"]', true],
  ['event.actor.email.endsWith("@example.com") && event.actor.domain == "example.com"', true],
  ['event.actor.key_id == "" && event.error.code == "" && event.target.email == ""', true],
  ['event.target.id == "user-bob" && "role-owner" in event.target.roles', true],
  ['event.project.name == "Prod" && event.actor.city == "Berlin"', true],
  ['event.time == timestamp("2026-02-13T10:52:05Z") && event.time.getHours() == 10', true],
  ['event.received > event.time', true],
  ['event.source == "acme" && event.stream == "organization" && event.known && event.outcome == "success"', true],
  ['"iam" in event.category', true],
  ['event.id.matches("^audit_log-[0-9]+$")', true],
  ['raw["role.assignment.created"].role_id == "role-owner"', true],
  ['raw.effective_at == 1770979925 && raw.effective_at > 5', true],
  ['raw["odd.key"].deep[1] == 2.5 && raw["odd.key"].deep.size() == 3', true],
  ['has(raw.nothing) && raw.nothing == null && !has(raw.absent)', true],
  ['raw.?a.?b.orValue("none") == "none"', true],
  ['!(raw.object == "organization.audit_log")', false],
  ['raw.object == 7', false],
])('%s', (expression, passes) => {
  expect(verdict(expression)).toBe(passes)
})

test.each<[string, JsonObject, JsonObject]>([
  ['nothing but a type', { type: 'tunnel.created' }, { 'target.type': 'tunnel' }],
  [
    'all that a session and an assignment say',
    {
      ...EVENT,
      id: 'log-1',
      actor: {
        type: 'session',
        session: {
          user: { id: 'user-ada', email: 'ada@example.com' },
          ip_address: '203.0.113.9',
          user_agent: 'curl',
          ip_address_details: { city: 'Berlin', country: 'DE' },
        },
      },
    },
    {
      'actor.type': 'session',
      'actor.id': 'user-ada',
      'actor.email': 'ada@example.com',
      'actor.domain': 'example.com',
      'actor.address': '203.0.113.9',
      'actor.ip': '203.0.113.9',
      'actor.user_agent': 'curl',
      'actor.country': 'DE',
      'actor.city': 'Berlin',
      'project.id': 'proj_1',
      'project.name': 'Prod',
      'target.type': 'user',
      'target.id': 'user-bob',
    },
  ],
  [
    'all that a key and a change say',
    bodyOf({
      type: 'user.updated',
      actor: { type: 'api_key', api_key: { id: 'key_1', service_account: { id: 'sa_1' } } },
      payload: { id: 'u', name: 'Bob', data: { email: 'bob@example.com' }, error_code: 'c', error_message: 'm' },
    }),
    {
      'actor.type': 'api_key',
      'actor.id': 'sa_1',
      'actor.service_account_id': 'sa_1',
      'actor.key_id': 'key_1',
      'target.type': 'user',
      'target.id': 'u',
      'target.name': 'Bob',
      'target.email': 'bob@example.com',
      'error.code': 'c',
      'error.message': 'm',
    },
  ],
  [
    'a name',
    { event: 'tunnel.created', actor: { type: 'user', id: 'u', name: 'Ada' } },
    { 'actor.type': 'user', 'actor.id': 'u', 'actor.name': 'Ada', 'target.type': 'tunnel' },
  ],
])('every text of a part is what the record says, or empty: %s', (_, body, expected) => {
  for (const [path, { type }] of Object.entries(EVENT_FIELDS)) {
    if (type !== 'string' || !path.includes('.')) continue
    expect(verdict(`event.${path} == ${JSON.stringify(expected[path] ?? '')}`, body), path).toBe(true)
  }
})

test.each([
  ['raw.object == "organization.audit_log"', true],
  ['raw.actor.session.user.id == "user-ada" && raw["odd.key"].deep[1] == 2.5', true],
  ['raw.constructor == "c" && raw["__proto__"].x == 1 && raw.prototype == null', true],
  ['raw.inner.list[0].constructor.constructor == 5 && raw.inner.list[0].constructor.x == 6', true],
  ['has(raw.constructor) && "constructor" in raw && !("absent" in raw) && raw.inner.list[0].size() == 1', true],
  ['raw.?constructor.orValue("none") == "none"', false],
  ['raw.inner == raw.inner && raw.exists(key, key == "__proto__")', true],
])('whatever names a record has: %s', (expression, passes) => {
  const more = '"constructor":"c","__proto__":{"x":1},"prototype":null,"inner":{"list":[{"\\u0063onstructor":{"constructor":5,"x":6}}]}'
  const text = `${JSON.stringify(EVENT).slice(0, -1)},${more}}`
  const record = received(JSON.parse(text) as JsonObject, text)
  expect(createFilter(compileExpression(expression), undefined)(record)).toEqual({ passes })
})

test('a name that is written with an escape is the one that is asked for, beside a constructor too', () => {
  for (let times = 0; times < 3; times++) JSON.parse('{"f":1,"b\\\\":2}') // V8 takes the next name for this one.
  const filter = createFilter(compileExpression('raw.list["b\\n"] == 2'), undefined)
  expect(filter(received({}, '{"type":"constructor","list":{"f":1,"b\\n":2}}'))).toEqual({ passes: true })
})

describe('what fails on an event lets it pass, and says where', () => {
  test.each([
    ['raw.absent.x == 1', 'true no_such_key at absent'],
    ['raw.constructor == 1', 'true no_such_key at constructor'],
    ['raw["__proto__"].x == 1', 'true no_such_key at raw["__proto__"]'],
    ['raw.object > 5', 'true no_such_overload at raw.object > 5'],
    ['raw.object', 'true no_boolean at raw.object'],
    ['int(raw.object) == 1', /^true \w+ at int\(raw.object\)$/],
  ])('%s', (expression, expected) => {
    expect(String(verdict(expression))).toMatch(expected)
  })

  test('a record without a type has no severity, and is not left out for it', () => {
    expect(verdict('event.severity >= CRITICAL', { id: 'a' })).toBe('true no_such_key at severity')
    expect(verdict('has(event.severity)', { id: 'a' })).toBe(false)
  })

  test('nothing that a record can hold makes it throw', () => {
    for (const actor of [null, [], 'x', 5, { session: 3 }, { type: 7, session: { user: [] } }]) {
      expect(verdict('event.actor.email == "" && event.actor.ip == ""', bodyOf({ type: 'login.failed', actor }))).toBe(true)
    }
  })
})

test('the severity that the sink sets is the one that is compared', () => {
  const login = bodyOf({ type: 'login.failed' })
  expect(verdict('event.severity >= HIGH', login)).toBe(false)
  expect(verdict('event.severity >= HIGH', login, { 'login.failed': 'critical' })).toBe(true)
})

test('the constants are the numbers that severities have', () => {
  for (const { name, id } of Object.values(SEVERITIES)) expect(SEVERITY_CONSTANTS[name.toUpperCase() as 'LOW']).toBe(BigInt(id))
})

test('every field that is declared has a value of its type', () => {
  const example = { string: '""', bool: 'true', int: '1', 'google.protobuf.Timestamp': 'event.time', 'list<string>': '[""]' }
  for (const [path, { type }] of Object.entries(EVENT_FIELDS)) {
    const result = verdict(`event.${path} == ${example[type]} || event.${path} != ${example[type]}`)
    expect(result, path).toBe(true)
  }
})

test('an expression may be as long as the limits say', () => {
  const quoted = (chars: number) => `"${'x'.repeat(chars)}"`
  const list = (entries: number) => `event.severity in [${Array(entries).fill('1').join(',')}]`
  const map = (entries: number) => `size({${Array.from({ length: entries }, (_, at) => `${at}:1`).join(',')}}) == ${entries}`
  const sum = (terms: number) => `${Array(terms).fill('1').join('+')} == 1`
  const nested = (levels: number) => `${'('.repeat(levels)}true${')'.repeat(levels)}`
  for (const [make, most] of [
    [(chars: number) => `${quoted(chars - 9)} == "" `, EXPRESSION_CHARS_MAX],
    [list, 1000],
    [map, 100],
    [nested, 49],
    [(chars: number) => `event.type.matches(${quoted(chars)})`, 1000],
  ] as const) {
    expect(() => compileExpression(make(most)), `${most}`).not.toThrow()
    expect(() => compileExpression(make(most + 1)), `${most}`).toThrow(FilterFault)
  }
  expect(() => compileExpression(sum(1001))).toThrow(/nodes/i)
})

describe('an expression that cannot be meant is refused, with its place', () => {
  test.each([
    ['event.typo == "a"', 'typo', /^expected a field: id, type, /],
    ['event.type != "" && event.actor.emial == "a"', 'emial', /^expected a field: type, id, email, /],
    ['event["typo"] == "a"', 'event["typo"]', /^expected a field: id, type, /],
    ['event.severity > "x"', 'event.severity > "x"', 'expected types that fit: no such overload: int > string'],
    ['severity > 2', 'severity', 'expected event, raw, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL'],
    ['event.type', 'event.type', 'expected true or false, and this gives string'],
    ['event.actor', 'event.actor', 'expected true or false, and this gives an object'],
    ['event.time', 'event.time', 'expected true or false, and this gives timestamp'],
    ['event.time == "x"', 'event.time == "x"', 'expected types that fit: no such overload: timestamp == string'],
    ['event.actor == event.target && event.actor == "x"', /./, /^expected types that fit: no such overload: object == (object|string)$/],
    ['size(event.severity) == 1', /./, /^expected types that fit: there is no such function that takes \(int\)$/],
    ['event.project.typo == ""', 'typo', /^expected a field: id, name$/],
    ['event["actor"]["typo"] == ""', /typo/, /^expected a field: type, id, email, /],
    ['event.target.roles.typo == 1', /typo/, /^expected /],
    ['raw.a == 1 && event.typo == 1', 'typo', /^expected a field: id, type, /],
    ['event.severity >', '', 'expected a CEL expression: unexpected token: end of the expression'],
    ['event.type == "a', '"a', 'expected a CEL expression: unterminated string'],
    ['event.type == "a" and true', 'and', /^expected a CEL expression: /],
    [
      'event.type.starts("a")',
      'event.type.starts("a")',
      /^expected types that fit: there is no such function of a text that takes \(string\)/,
    ],
    ['has(event.actor.email)', 'has(event.actor.email)', /^expected a comparison with "": /],
    ['event.type.matches("[")', '"["', 'expected a regular expression: Unterminated character class'],
    ['event.type.matches(5)', /5/, /^expected /],
    [`event.type.matches("${'x'.repeat(1001)}")`, `"${'x'.repeat(1001)}"`, 'expected a pattern in quotes of at most 1000 characters'],
    ['event.type.matches(event.id)', 'event.id', 'expected a pattern in quotes of at most 1000 characters'],
    ['event.type.matches(raw.pattern)', 'raw.pattern', 'expected a pattern in quotes of at most 1000 characters'],
    [`"${'x'.repeat(EXPRESSION_CHARS_MAX)}" == ""`, 'x" == ""', `expected at most ${EXPRESSION_CHARS_MAX} characters`],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, /^/, /^expected a CEL expression: .*depth/i],
    ['', '', /^expected a CEL expression: /],
  ])('case %#', (expression, part, message) => {
    let fault: unknown
    try {
      compileExpression(expression)
    } catch (cause) {
      fault = cause
    }
    if (!(fault instanceof FilterFault)) throw new Error(`accepted, or ${String(fault)}`)
    expect(fault.message).toMatch(message)
    if (part instanceof RegExp) expect(expression.slice(fault.start, fault.end)).toMatch(part)
    if (typeof part === 'string') expect(expression.slice(fault.start, fault.end)).toBe(part)
  })
})
