import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../../test/mapping/events.ts'
import { planted } from '../../../test/mapping/plant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createOtelMapper } from './index.ts'
import { validateOtel } from './validate.ts'

const EVENT = received(bodyOf({ type: 'login.failed', actor: ACTORS.session, payload: payloadOf('login.failed') }, 'audit_log-1'))
const draft = () => JSON.parse(createOtelMapper({ clock: CLOCK })(EVENT).json) as JsonObject

const FAULTS: readonly (readonly [string, string, JsonValue | undefined, string, string])[] = [
  ['a field that log records have not', 'severityText', 'INFO', 'field_unknown', 'severityText'],
  ['a time as a number', 'timeUnixNano', 1770979925, 'wrong_type', 'timeUnixNano'],
  ['a time beyond 64 bits', 'timeUnixNano', '99999999999999999999', 'wrong_type', 'timeUnixNano'],
  ['no time of observation', 'observedTimeUnixNano', undefined, 'wrong_type', 'observedTimeUnixNano'],
  ['a severity of 25', 'severityNumber', 25, 'value_unknown', 'severityNumber'],
  ['a severity of 0', 'severityNumber', 0, 'value_unknown', 'severityNumber'],
  ['a body that is a map', 'body', { message: 'x' }, 'wrong_type', 'body'],
  ['no body', 'body', undefined, 'wrong_type', 'body'],
  ['an empty event name', 'eventName', '', 'wrong_type', 'eventName'],
  ['an attribute of nobody', 'attributes/event.name', 'x', 'field_unknown', 'attributes.event.name'],
  ['an attribute of the wrong type', 'attributes/geo.location.lat', '37', 'wrong_type', 'attributes.geo.location.lat'],
  ['a number for a text', 'attributes/user.id', 5, 'wrong_type', 'attributes.user.id'],
  ['details that are no map', 'attributes/openai.audit.details', '{}', 'wrong_type', 'attributes.openai.audit.details'],
  ['attributes that are a list', 'attributes', [], 'wrong_type', 'attributes'],
  ['a resource without a service', 'resource', {}, 'field_missing', 'resource.service.name'],
  ['an unknown attribute of the resource', 'resource/org.id', 'x', 'field_unknown', 'resource.org.id'],
]

describe('validateOtel', () => {
  test('takes what the mapper writes', () => {
    expect(validateOtel(draft())).toEqual([])
  })

  test.each(FAULTS)('sees %s', (_, where, value, kind, path) => {
    const record = planted(draft(), where, value)
    expect(validateOtel(record).map(issue => `${issue.kind} ${issue.path}`)).toContain(`${kind} ${path}`)
  })
})
