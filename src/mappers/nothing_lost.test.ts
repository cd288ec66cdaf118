import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { TABLE } from '../record/table.ts'

// Goal: without the original text an event still says everything that was received, in its own fields or in the rest.
const ODD_PAYLOADS: readonly JsonValue[] = [
  { user_id: 'a', member_id: 'b', principal_id: 'c', role_name: 'd', title: 'e' },
  { id: ['a', { b: 'c' }], name: { d: 'e' }, role_id: ['f'], group_id: {}, user_id: ['g'] },
  { id: 'a', error_code: ['b'], error_message: { c: 'd' }, resource_id: ['e'], resource_type: 'f' },
  { id: 'a', error_code: 'b', error_message: 'c', principal_id: 'd', principal_type: 'user', role_id: 'e', resource_type: 'f' },
  { id: 'a', principal_id: 'd', principal_type: 'group', data: { name: 'e', role: ['f', { g: 'h' }] }, changes_requested: ['i'] },
  { data: 'a', changes_requested: { role: 'b', name: 'c', email: 'd' }, '': 'e', 'f.g': 'h' },
  ['a', { id: 'b' }],
]
const ACTORS_TOLD = [
  ACTORS.session,
  ACTORS.session_without_address,
  ACTORS.session_with_odd_fields,
  ACTORS.key_of_user,
  ACTORS.wrong_inside,
]
/** Read as something else than a text, or chosen from: they are not exchanged. */
const KEPT = /^(type|object|principal_type|ip_address|latitude|longitude|asn|country|region_code)$/

/** The same event with a text of its own at each place, and these texts. */
function marked(body: JsonObject): { readonly body: JsonObject; readonly marks: readonly string[] } {
  const marks: string[] = []
  const mark = (value: JsonValue | undefined, key: string): JsonValue => {
    if (Array.isArray(value)) return value.map(item => mark(item as JsonValue, key))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mark(inner as JsonValue, name)]))
    }
    if (typeof value !== 'string' || KEPT.test(key)) return value ?? null
    const text = `mark${marks.length}z${key === 'email' ? '@example.com' : ''}`
    marks.push(text)
    return text
  }
  return { body: mark(body, '') as JsonObject, marks }
}

describe.each(FORMATS)('$name', ({ create }) => {
  const map = create({ clock: CLOCK, includeOriginal: false })

  test('every text of every type stands somewhere', () => {
    const lost: unknown[] = []
    for (const { type } of [...TABLE, { type: 'quantum.entangled' }]) {
      for (const payload of [payloadOf(type), ...ODD_PAYLOADS]) {
        for (const actor of ACTORS_TOLD) {
          const { body, marks } = marked(
            bodyOf({ type, actor, payload, more: { project: { id: 'p', name: 'n', x: 'y' }, odd: { a: 'b' } } }),
          )
          const { message: _, body: __, ...document } = map(received(body)).document
          const written = JSON.stringify(document)
          const missing = marks.filter(text => !written.includes(text))
          if (missing.length > 0) lost.push({ missing, body })
        }
      }
    }
    expect(lost.slice(0, 3)).toEqual([])
  })

  test('an object of another kind than always is told', () => {
    const { json } = map(received(bodyOf({ type: 'project.created', more: { object: 'organization.other_log' } })))
    expect(json).toContain('"organization.other_log"')
  })

  test('a number that reading would alter stands there as it was written', () => {
    const numbers = [
      '12345678901234567890',
      '-9007199254740993',
      '1e400',
      '-1E999',
      '1e-400',
      '3E-324',
      '0.12345678901234567890',
      '9007199254740993.0',
    ]
    const list = numbers.join(',')
    const text = `{"id":"a","type":"api_key.created","api_key.created":{"id":"k","n":[${list},1e300,5,0.10,-12.5E-1,0.10000000000000001]},"odd":[${list}],"project":{"x":[${list}]}}`
    const written = map(received({}, text)).json
    for (const number of numbers) expect(written.split(`"${number}"`), number).toHaveLength(4)
    expect(written).toContain('1e+300,5,0.1,-1.25,0.1')
    expect(written).not.toContain('null')
  })

  test.each(['1e-400', '3E-324'])('%s alone stands there as it was written', number => {
    const text = `{"id":"a","type":"api_key.created","api_key.created":{"id":"k","n":${number}}}`
    expect(map(received({}, text)).json).toContain(`"${number}"`)
  })
})
