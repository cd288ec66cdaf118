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
  ['a time just beyond 64 bits', 'timeUnixNano', '18446744073709551616', 'wrong_type', 'timeUnixNano'],
  ['a time with words', 'timeUnixNano', 'x1', 'wrong_type', 'timeUnixNano'],
  ['a time with a fraction', 'timeUnixNano', '1.5', 'wrong_type', 'timeUnixNano'],
  ['no time of observation', 'observedTimeUnixNano', undefined, 'wrong_type', 'observedTimeUnixNano'],
  ['a severity of 25', 'severityNumber', 25, 'value_unknown', 'severityNumber'],
  ['a severity between two', 'severityNumber', 1.5, 'value_unknown', 'severityNumber'],
  ['a severity of 0', 'severityNumber', 0, 'value_unknown', 'severityNumber'],
  ['a body that is a map', 'body', { message: 'x' }, 'wrong_type', 'body'],
  ['no body', 'body', undefined, 'wrong_type', 'body'],
  ['an empty event name', 'eventName', '', 'wrong_type', 'eventName'],
  ['an attribute of nobody', 'attributes/event.name', 'x', 'field_unknown', 'attributes.event.name'],
  ['an attribute of the wrong type', 'attributes/geo.location.lat', '37', 'wrong_type', 'attributes.geo.location.lat'],
  ['a number for a text', 'attributes/user.id', 5, 'wrong_type', 'attributes.user.id'],
  ['details that are no map', 'attributes/openai.audit.details', '{}', 'wrong_type', 'attributes.openai.audit.details'],
  ['an attribute that is ours in part', 'attributes/x.openai.audit.id', 'x', 'field_unknown', 'attributes.x.openai.audit.id'],
  ['an attribute that is spelled otherwise', 'attributes/openai.audit.Id', 'x', 'field_unknown', 'attributes.openai.audit.Id'],
  ['attributes that are a list', 'attributes', [], 'wrong_type', 'attributes'],
  ['a resource without a service', 'resource', {}, 'field_missing', 'resource.service.name'],
  ['no resource', 'resource', undefined, 'field_missing', 'resource.service.name'],
  ['an organization that is no text', 'resource/openai.organization.id', 5, 'field_unknown', 'resource.openai.organization.id'],
  ['an unknown attribute of the resource', 'resource/org.id', 'x', 'field_unknown', 'resource.org.id'],
]

const TEXTS = (
  'log.record.uid log.record.original user.id user.email user.name client.address geo.country.iso_code geo.locality.name ' +
  'geo.region.iso_code user_agent.original tls.client.ja3 error.type'
).split(' ')

describe('validateOtel', () => {
  test('takes what the mapper writes', () => {
    expect(validateOtel(draft())).toEqual([])
  })

  test.each<[string, JsonValue]>([
    ['timeUnixNano', '0'],
    ['timeUnixNano', '18446744073709551615'],
    ['severityNumber', 1],
    ['severityNumber', 24],
  ])('takes %s %j', (where, value) => {
    expect(validateOtel(planted(draft(), where, value))).toEqual([])
  })

  test.each(TEXTS)('a number is no %s', name => {
    expect(validateOtel(planted(draft(), `attributes/${name}`, 5))).toMatchObject([{ kind: 'wrong_type', path: `attributes.${name}` }])
  })

  test.each(FAULTS)('sees %s', (_, where, value, kind, path) => {
    const record = planted(draft(), where, value)
    expect(validateOtel(record).map(issue => `${issue.kind} ${issue.path}`)).toContain(`${kind} ${path}`)
  })
})
