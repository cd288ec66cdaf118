import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, payloadOf, received } from '../../../test/mapping/events.ts'
import { planted } from '../../../test/mapping/plant.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createOcsfMapper } from './index.ts'
import { validateOcsf } from './validate.ts'

const map = createOcsfMapper({ clock: CLOCK, version: '1.8.0' })

function draft(type: string) {
  const event = received(
    bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type), more: { project: { id: 'proj_1' } } }, 'audit_log-1'),
  )
  return JSON.parse(map(event).json) as JsonObject
}

/** What is planted, the kind of issue that must name it, and where. */
const FAULTS: readonly (readonly [string, string, JsonValue | undefined, string, string])[] = [
  ['an unknown attribute', 'colour', 'red', 'attribute_unknown', 'colour'],
  ['an unknown attribute inside', 'actor/user/colour', 'red', 'attribute_unknown', 'actor.user.colour'],
  ['an attribute of a profile that is not named', 'metadata/profiles', [], 'attribute_unknown', 'cloud'],
  ['an attribute of security_control', 'attacks', [{ technique: { uid: 'T1078' } }], 'attribute_unknown', 'attacks'],
  ['a profile that there is not', 'metadata/profiles', ['cloud', 'clouds'], 'profile_unknown', 'metadata.profiles'],
  ['no class', 'class_uid', undefined, 'class_uid_unknown', 'class_uid'],
  ['a class of another kind', 'class_uid', 6003, 'class_uid_unknown', 'class_uid'],
  ['no time', 'time', undefined, 'attribute_required_missing', 'time'],
  ['a null for what is required', 'metadata/product', null, 'attribute_required_missing', 'metadata.product'],
  ['no entity', 'entity', undefined, 'attribute_required_missing', 'entity'],
  ['no provider', 'cloud/provider', undefined, 'attribute_required_missing', 'cloud.provider'],
  ['an entity without a name', 'entity', { type_id: 99 }, 'constraint_failed', 'entity'],
  ['an endpoint without an address', 'src_endpoint/ip', undefined, 'constraint_failed', 'src_endpoint'],
  ['text for a number', 'severity_id', '2', 'attribute_wrong_type', 'severity_id'],
  ['a fraction for a whole number', 'time', 1.5, 'attribute_wrong_type', 'time'],
  ['a number for text', 'message', 5, 'attribute_wrong_type', 'message'],
  ['one value for a list', 'metadata/profiles', 'cloud', 'attribute_wrong_type', 'metadata.profiles'],
  ['a list for one value', 'message', ['a'], 'attribute_wrong_type', 'message'],
  ['text for an object', 'actor/user', 'ada', 'attribute_wrong_type', 'actor.user'],
  ['a number in a list of texts', 'metadata/profiles', ['cloud', 5], 'attribute_wrong_type', 'metadata.profiles[1]'],
  ['text for a truth value', 'actor/user/has_mfa', 'yes', 'attribute_wrong_type', 'actor.user.has_mfa'],
  ['text for a float', 'src_endpoint/location/lat', '37', 'attribute_wrong_type', 'src_endpoint.location.lat'],
  ['a port below its range', 'src_endpoint/port', -1, 'attribute_value_exceeds_range', 'src_endpoint.port'],
  ['a port beyond its range', 'src_endpoint/port', 65_536, 'attribute_value_exceeds_range', 'src_endpoint.port'],
  ['a fraction for a port', 'src_endpoint/port', 1.5, 'attribute_wrong_type', 'src_endpoint.port'],
  ['an activity that the class has not', 'activity_id', 77, 'attribute_enum_value_unknown', 'activity_id'],
  ['a severity that there is not', 'severity_id', 7, 'attribute_enum_value_unknown', 'severity_id'],
  ['another category', 'category_uid', 6, 'attribute_enum_value_unknown', 'category_uid'],
  ['a caption that does not fit', 'severity', 'High', 'attribute_enum_sibling_incorrect', 'severity_id'],
  ['a class name that does not fit', 'class_name', 'Authentication', 'attribute_enum_sibling_incorrect', 'class_uid'],
  ['a wrong type_uid', 'type_uid', 300402, 'type_uid_incorrect', 'type_uid'],
  ['another version', 'metadata/version', '1.7.0', 'version_incorrect', 'metadata.version'],
  ['an address that is none', 'src_endpoint/ip', 'localhost', 'attribute_value_regex_not_matched', 'src_endpoint.ip'],
  ['an address that is too long', 'src_endpoint/ip', `${'0'.repeat(40)}::1`, 'attribute_value_exceeds_max_len', 'src_endpoint.ip'],
  ['an e-mail that is none', 'actor/user/email_addr', 'ada', 'attribute_value_regex_not_matched', 'actor.user.email_addr'],
  ['a deprecated attribute', 'cloud/project_uid', 'p', 'attribute_deprecated', 'cloud.project_uid'],
  ['a deprecated value', 'cloud/account', { uid: 'p', type_id: 3 }, 'attribute_enum_value_deprecated', 'cloud.account.type_id'],
  ['an empty text', 'message', '', 'empty_value', 'message'],
  ['an empty object', 'unmapped', {}, 'empty_value', 'unmapped'],
  ['an object that we never write', 'actor/process', { name: 'sh' }, 'object_unchecked', 'actor.process'],
  ['an observable of nothing', 'observables/0/name', 'src_endpoint.uri', 'observable_name_invalid_reference', 'observables[0].name'],
  ['an observable of no object', 'observables/0/name', 'message.text', 'observable_name_invalid_reference', 'observables[0].name'],
  ['an observable with another value', 'observables/0/value', '198.51.100.1', 'observable_value_absent', 'observables[0].value'],
]

describe('validateOcsf', () => {
  test('takes what the mapper writes', () => {
    expect(validateOcsf(draft('api_key.created'), '1.8.0')).toEqual([])
  })

  test.each(FAULTS)('sees %s', (_, where, value, kind, path) => {
    const event = planted(draft('api_key.created'), where, value)
    expect(validateOcsf(event, '1.8.0').map(issue => `${issue.kind} ${issue.path}`)).toContain(`${kind} ${path}`)
  })

  test.each<[string, JsonValue]>([
    ['src_endpoint/port', 0],
    ['src_endpoint/port', 65_535],
    ['actor/user/has_mfa', false],
    ['unmapped', { any: [{ thing: null }] }],
    ['entity/data', ['a', 5]],
  ])('takes %s %j', (where, value) => {
    expect(validateOcsf(planted(draft('api_key.created'), where, value), '1.8.0')).toEqual([])
  })

  test.each([
    ['x'.repeat(65_535), []],
    ['x'.repeat(65_536), ['attribute_value_exceeds_max_len message']],
    ['🦊'.repeat(65_535), []],
    [`${'🦊'.repeat(65_535)}x`, ['attribute_value_exceeds_max_len message']],
  ])('counts characters, not halves of them: case %#', (message, issues) => {
    const old = createOcsfMapper({ clock: CLOCK, version: '1.3.0' })(received(bodyOf({ type: 'tunnel.created' }))).document
    expect(validateOcsf(planted(old, 'message', message), '1.3.0').map(({ kind, path }) => `${kind} ${path}`)).toEqual(issues)
  })

  test('an attribute that a profile wants is wanted with that profile alone', () => {
    const missing = (profiles: JsonValue) =>
      validateOcsf(planted(planted(draft('api_key.created'), 'cloud', undefined), 'metadata/profiles', profiles), '1.8.0').map(
        ({ kind, path }) => `${kind} ${path}`,
      )
    expect(missing(['cloud'])).toEqual(['attribute_required_missing cloud'])
    expect(missing(['host'])).toEqual([])
  })

  test('sees that a sign-in names neither service nor destination', () => {
    const event = planted(draft('login.succeeded'), 'service', undefined)
    expect(validateOcsf(event, '1.8.0')).toMatchObject([{ kind: 'constraint_failed', path: '' }])
  })

  test('an event of 1.8.0 is none of 1.3.0', () => {
    const kinds = validateOcsf(draft('group.created'), '1.3.0').map(({ kind, path }) => `${kind} ${path}`)
    expect(kinds).toEqual(
      expect.arrayContaining([
        'attribute_unknown actor',
        'attribute_unknown src_endpoint.fingerprints',
        'attribute_unknown metadata.log_format',
        'attribute_unknown metadata.original_event_uid',
        'attribute_unknown raw_data_hash',
        'attribute_unknown raw_data_size',
        'constraint_failed ',
        'version_incorrect metadata.version',
      ]),
    )
  })

  test('the list of issues has an end', () => {
    const event = { ...draft('api_key.created'), ...Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`x${index}`, 1])) }
    expect(validateOcsf(event, '1.8.0').length).toBeLessThanOrEqual(100)
  })
})
