import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../../test/mapping/events.ts'
import { planted } from '../../../test/mapping/plant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createCimMapper } from './index.ts'
import { validateCim } from './validate.ts'

const draft = (type: string) => {
  const event = received(bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type) }, 'audit_log-1'))
  return JSON.parse(createCimMapper({ clock: CLOCK })(event).json) as JsonObject
}

const FAULTS: readonly (readonly [string, string, string, JsonValue | undefined, string])[] = [
  ['an action that is none', 'login.failed', 'action', 'failed', 'value_unknown action'],
  ['no action', 'login.failed', 'action', undefined, 'field_missing action'],
  ['no application', 'login.failed', 'app', undefined, 'field_missing app'],
  ['nobody', 'login.failed', 'user', undefined, 'field_missing user'],
  ['a signature id that is a number', 'login.failed', 'signature_id', 300201, 'wrong_type signature_id'],
  ['a field of the other data model', 'login.failed', 'object_id', 'x', 'field_unknown object_id'],
  ['a status that is none', 'api_key.created', 'status', 'unknown', 'value_unknown status'],
  ['no kind of object', 'api_key.created', 'object_category', undefined, 'field_missing object_category'],
  ['an action that is a list', 'api_key.created', 'action', ['created'], 'wrong_type action'],
  ['a quotation mark', 'api_key.created', 'object_attrs', 'a "b"', 'value_unknown object_attrs'],
  ['an empty text', 'api_key.created', 'user', '', 'wrong_type user'],
  ['a field of nobody', 'api_key.created', 'who', 'x', 'field_unknown who'],
  ['a time as text', 'api_key.created', '_time', '2026', 'wrong_type _time'],
  ['details as text', 'api_key.created', 'details', '{}', 'wrong_type details'],
  ['no time', 'api_key.created', '_time', undefined, 'field_missing _time'],
  ['a tag of another data model', 'api_key.created', 'tags', ['change', 'network'], 'value_unknown tags'],
  ['tags that are a text', 'api_key.created', 'tags', 'change', 'value_unknown tags'],
  ['no tags', 'api_key.created', 'tags', undefined, 'field_unknown command'],
]

describe('validateCim', () => {
  test.each(['login.failed', 'api_key.created', 'user.updated'])('takes what the mapper writes of %s', type => {
    expect(validateCim(draft(type))).toEqual([])
  })

  test.each(FAULTS)('sees %s', (_, type, where, value, found) => {
    expect(validateCim(planted(draft(type), where, value)).map(issue => `${issue.kind} ${issue.path}`)).toContain(found)
  })
})
