import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../../test/mapping/events.ts'
import { planted } from '../../../test/mapping/plant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createEcsMapper } from './index.ts'
import { validateEcs } from './validate.ts'

const EVENT = received(bodyOf({ type: 'user.updated', actor: ACTORS.session, payload: payloadOf('user.updated') }, 'audit_log-1'))
const draft = (flattened: boolean) => JSON.parse(createEcsMapper({ clock: CLOCK, flattened })(EVENT).json) as JsonObject

const FAULTS: readonly (readonly [string, string, JsonValue | undefined, string, string])[] = [
  ['a field that ECS has not', 'user/nickname', 'a', 'field_unknown', 'user.nickname'],
  ['a field set that ECS has not', 'audit', { id: 1 }, 'field_unknown', 'audit.id'],
  ['text where a field set stands', 'cloud', 'openai', 'field_unknown', 'cloud'],
  ['no time', '@timestamp', undefined, 'field_missing', '@timestamp'],
  ['no version', 'ecs', undefined, 'field_missing', 'ecs.version'],
  ['a time that is none', '@timestamp', '2026-02-30T25:00:00Z', 'wrong_type', '@timestamp'],
  ['a time as a number', 'event/created', 5, 'wrong_type', 'event.created'],
  ['an address that is none', 'source/ip', 'unknown', 'wrong_type', 'source.ip'],
  ['an address with a zone', 'source/ip', 'fe80::1%eth0', 'wrong_type', 'source.ip'],
  ['one value for a list', 'event/category', 'iam', 'wrong_type', 'event.category'],
  ['a list for one value', 'user/id', ['a'], 'wrong_type', 'user.id'],
  ['a number for a keyword', 'user/id', 5, 'wrong_type', 'user.id'],
  ['text for a number', 'event/severity', '21', 'wrong_type', 'event.severity'],
  ['a place outside the world', 'source/geo/location', { lat: 91, lon: 0 }, 'wrong_type', 'source.geo.location'],
  ['half a place', 'source/geo/location/lon', undefined, 'wrong_type', 'source.geo.location'],
  ['a category that ECS has not', 'event/category', ['identity'], 'value_unknown', 'event.category'],
  ['an outcome that ECS has not', 'event/outcome', 'ok', 'value_unknown', 'event.outcome'],
  ['a kind that ECS has not', 'event/kind', 'audit', 'value_unknown', 'event.kind'],
  ['a category without its type', 'event/category', ['iam', 'session'], 'type_unexpected', 'event.type'],
  ['a type that no category expects', 'event/type', ['change', 'user', 'start'], 'type_unexpected', 'event.type'],
  ['an empty text', 'message', '', 'empty_value', 'message'],
  ['an empty list', 'related/user', [], 'empty_value', 'related.user'],
  ['a null', 'user/id', null, 'empty_value', 'user.id'],
  ['our own fields within a field set', 'event/openai', { a: 1 }, 'field_unknown', 'event.openai.a'],
  ['text where our own fields stand', 'openai', 'audit', 'wrong_type', 'openai'],
]

describe('validateEcs', () => {
  test.each([true, false])('takes what the mapper writes, flattened: %s', flattened => {
    expect(validateEcs(draft(flattened))).toEqual([])
  })

  test.each(FAULTS)('sees %s', (_, where, value, kind, path) => {
    const document = planted(draft(false), where, value)
    expect(validateEcs(document).map(issue => `${issue.kind} ${issue.path}`)).toContain(`${kind} ${path}`)
  })

  test('sees a fault in a flattened document', () => {
    const document = { ...draft(true), 'event.outcome': 'ok', 'event.colour': 'red' }
    expect(validateEcs(document).map(({ path }) => path)).toEqual(['event.outcome', 'event.colour'])
  })
})
