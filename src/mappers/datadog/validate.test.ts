import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../../test/mapping/events.ts'
import { planted } from '../../../test/mapping/plant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createDatadogMapper } from './index.ts'
import { validateDatadog } from './validate.ts'

const EVENT = received(bodyOf({ type: 'login.failed', actor: ACTORS.session, payload: payloadOf('login.failed') }, 'audit_log-1'))
const draft = () => JSON.parse(createDatadogMapper({ clock: CLOCK, organization: () => ORGANIZATION })(EVENT).json) as JsonObject
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : { a: nested(levels - 1) })

const FAULTS: readonly (readonly [string, string, JsonValue | undefined, string])[] = [
  ['a date as text', 'date', '2026-02-13', 'value_unknown date'],
  ['a date in seconds with a point', 'date', 1.5, 'wrong_type date'],
  ['no date', 'date', undefined, 'field_missing date'],
  ['a status that Datadog would take for emergency', 'status', 'failure', 'value_unknown status'],
  ['a status as a number', 'status', 3, 'wrong_type status'],
  ['no message', 'message', undefined, 'field_missing message'],
  ['a message that is an object', 'message', {}, 'wrong_type message'],
  ['tags in a list', 'ddtags', ['a:b'], 'wrong_type ddtags'],
  ['an empty tag', 'ddtags', 'a:b,,c', 'value_unknown ddtags'],
  ['a user id that is a number', 'usr/id', 7, 'wrong_type usr.id'],
  ['an address that is none', 'network/client/ip', 'unknown', 'value_unknown network.client.ip'],
  ['a country as text', 'network/client/geoip/country', 'US', 'wrong_type network.client.geoip.country'],
  ['an attribute of nobody', 'evt/kind', 'x', 'field_unknown evt.kind'],
  ['an attribute at the top', 'event', {}, 'field_unknown event'],
  ['an empty object', 'usr', {}, 'wrong_type usr'],
  ['no id', 'openai/audit/id', undefined, 'field_missing openai.audit.id'],
  ['too deep a payload', 'openai/audit/details', nested(18), 'too_deep openai'],
]

describe('validateDatadog', () => {
  test('takes what the mapper writes', () => {
    expect(validateDatadog(draft())).toEqual([])
    expect(validateDatadog(planted(draft(), 'openai/audit/details', nested(17)))).toEqual([])
  })

  test.each(FAULTS)('sees %s', (_, where, value, found) => {
    expect(validateDatadog(planted(draft(), where, value)).map(issue => `${issue.kind} ${issue.path}`)).toContain(found)
  })
})
