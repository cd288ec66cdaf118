import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, payloadOf, received } from '../../../test/mapping/events.ts'
import { FORMATS } from '../../../test/mapping/formats.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Mapper } from '../../core/mapper.ts'
import type { MapperOptions } from '../../record/options.ts'
import { TABLE } from '../../record/table.ts'
import { columnsBehind } from './columns.ts'
import { fieldsOf } from './fields.ts'
import { markersFor } from './markers.ts'
import { type Origin, provenanceOf } from './provenance.ts'
import { provenanceText } from './text.ts'

function explained(body: JsonObject, create: (options: MapperOptions) => Mapper = FORMATS[0]!.create, text = JSON.stringify(body)) {
  let timeMs = 0
  const mapper = create({ clock: { now: () => timeMs }, attack: true })
  const setTime = (ms: number) => {
    timeMs = ms
  }
  return provenanceOf(received(body, text), { mapper, setTime })
}

const ASSIGNED = bodyOf(
  {
    type: 'role.assignment.created',
    actor: {
      type: 'session',
      session: {
        user: { id: 'user-ada', email: 'ada@example.com' },
        ip_address: '203.0.113.9',
        ip_address_details: { country: 'DE', region_code: 'BE', latitude: '52.52', longitude: '13.4', asn: '3320' },
      },
    },
    payload: { principal_id: 'user-bob', principal_type: 'user', role_id: 'role-owner' },
    more: { 'odd.key': [{ deep: true }] },
  },
  'log-1',
)
const PAYLOAD = '["role.assignment.created"]'

test.each<[string, readonly Origin[]]>([
  ['event.action', [{ received: 'type', how: 'as_is' }]],
  ['event.id', [{ received: 'id', how: 'as_is' }]],
  ['event.kind', [{ constant: true }]],
  ['event.outcome', [{ row: 'outcome', value: 'success' }]],
  ['event.category', [{ row: 'category', value: ['iam'] }]],
  ['event.original', [{ text: 'received' }]],
  ['event.created', [{ time: 'received' }]],
  ['@timestamp', [{ received: 'effective_at', how: 'decides' }]],
  ['user.email', [{ received: 'actor.session.user.email', how: 'as_is' }]],
  ['user.domain', [{ received: 'actor.session.user.email', how: 'decides' }]],
  ['source.ip', [{ received: 'actor.session.ip_address', how: 'as_is' }]],
  ['source.as.number', [{ received: 'actor.session.ip_address_details.asn', how: 'as_is' }]],
  ['threat.technique.id', [{ row: 'attack', value: ['T1098.003'] }]],
  ['openai.audit["odd.key"][0].deep', [{ received: '["odd.key"][0].deep', how: 'as_is' }]],
  [
    'event.severity',
    [
      { row: 'severity', value: 'medium' },
      { row: 'rises', value: 'privileged_role' },
      { received: `${PAYLOAD}.role_id`, how: 'decides' },
    ],
  ],
  [
    'openai.audit.target.id',
    [
      { received: `${PAYLOAD}.principal_id`, how: 'as_is' },
      { row: 'target', value: 'principal' },
    ],
  ],
])('%s', (field, from) => {
  expect(explained(ASSIGNED).fields.find(one => one.field === field)?.from).toEqual(from)
})

test('the rule of the row is named; a type without a row is told as one', () => {
  expect(explained(ASSIGNED)).toMatchObject({ id: 'log-1', known: true, note: 'N8' })
  const unknown = explained(bodyOf({ type: 'zebra.tamed' }))
  expect(unknown).toMatchObject({ known: false, note: undefined })
  expect(unknown.fields.find(({ field }) => field === 'event.category')?.from).toEqual([{ received: 'type', how: 'decides' }])
  expect(explained({ id: 'a' }).fields.find(({ field }) => field === 'event.kind')?.from).toEqual([{ constant: true }])
})

describe.each(FORMATS)('$name', ({ create }) => {
  test('every field of every type has an origin, and nothing that was received is called a constant', () => {
    for (const { type } of TABLE.filter((_, index) => index % 15 === 0)) {
      const body = bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type) })
      const { fields } = explained(body, create)
      const mapped = fieldsOf(create({ clock: { now: () => 0 }, attack: true })(received(body)).document)
      expect(fields.map(({ field }) => field)).toEqual([...mapped.keys()])
      const constants = fields.filter(({ from }) => from.some(origin => 'constant' in origin)).map(({ value }) => value)
      for (const value of ['ada@example.com', '203.0.113.7', body.id, type]) expect(constants).not.toContain(value)
      expect(fields.every(({ from }) => from.length > 0)).toBe(true)
    }
  })
})

test('a number that reading would alter, as every other', () => {
  const numbers = ['1e400', '-1e999', '12345678901234567890', '9007199254740992', '1e300']
  const text = `{"type":"project.created","effective_at":1e400,"project.created":{"id":"p",${numbers.map((number, index) => `"n${index}":${number}`).join(',')}}}`
  const { fields } = explained({}, FORMATS[0]!.create, text)
  const from = new Map(fields.map(({ field, from: origins }) => [field, origins]))
  for (const index of numbers.keys()) {
    const origin = { received: `["project.created"].n${index}`, how: 'as_is' }
    expect(from.get(`openai.audit.details.n${index}`), numbers[index]).toEqual([origin])
  }
  expect(from.get('openai.audit.unmapped.effective_at')).toEqual([{ received: 'effective_at', how: 'decides' }])
})

test('for people, a line a field', () => {
  const lines = provenanceText(explained(ASSIGNED)).split('\n')
  expect(lines[0]).toBe('log-1  row role.assignment.created  (rule N8 of docs/mapping.md)')
  expect(lines.find(line => line.startsWith('  event.severity '))).toMatch(
    /^ {2}event\.severity +73 +row\.severity "medium", row\.rises "privileged_role", \["role\.assignment\.created"\]\.role_id \(decides\)$/,
  )
})

test('a column is behind a field if the field follows from it in every row', () => {
  expect(columnsBehind(TABLE.map(() => 'same'))).toEqual([])
  expect(columnsBehind(TABLE.map(({ outcome }) => `is ${outcome}`))).toEqual(['outcome'])
  expect(columnsBehind(TABLE.map(({ outcome, attack }) => `${outcome} ${attack.join()}`))).toEqual(['outcome', 'attack'])
  expect(columnsBehind(TABLE.map(({ type }) => type))).toBeUndefined()
})

test('markers are values of the same kind, and other ones', () => {
  for (const value of [
    '203.0.113.9',
    '198.51.100.77',
    '2001:db8::1',
    'a@b.org',
    'DE',
    'ZZ',
    '52.5',
    '3320',
    'AS7',
    'owner',
    '',
    7,
    1.5,
    true,
    false,
  ]) {
    const markers = markersFor(JSON.stringify(value))
    expect(markers.length).toBeGreaterThan(0)
    for (const marker of markers) expect(JSON.parse(marker)).not.toBe(value)
  }
  expect(markersFor('null')).toEqual([])
})

test('entries of a list go by their names where they have any', () => {
  expect([
    ...fieldsOf({
      a: [
        { name: 'x', v: 1 },
        { name: 'y.z', v: 2 },
      ],
      b: [{ v: 1 }, 2],
      c: [],
      d: { 'e.f': null },
    }).keys(),
  ]).toEqual(['a["x"].name', 'a["x"].v', 'a["y.z"].name', 'a["y.z"].v', 'b[0].v', 'b[1]', 'c', 'd["e.f"]'])
})
