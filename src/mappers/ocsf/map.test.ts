import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, received } from '../../../test/mapping/events.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createOcsfMapper, type OcsfOptions } from './index.ts'
import { validateOcsf } from './validate.ts'

const map = (type: string, payload?: JsonValue, options: Partial<OcsfOptions> = {}, more: JsonObject = {}) =>
  createOcsfMapper({ clock: CLOCK, ...options })(received(bodyOf({ type, actor: ACTORS.key_of_user, payload, more }, 'audit_log-1')))
const documentOf = (...parts: Parameters<typeof map>) => map(...parts).document

describe('the class that a payload can fill', () => {
  const assignment = 'role_assignment_viewer__api-project__proj_1_x'

  test.each<[string, JsonValue | undefined, string, string]>([
    ['user.added', { id: 'u' }, 'Account Change: Create', 'Account Change: Create'],
    ['user.added', undefined, 'Entity Management: Create', 'Entity Management: Create'],
    [
      'user.updated',
      { id: 'u', changes_requested: { role: 'owner' } },
      'User Access Management: Assign Privileges',
      'User Access Management: Assign Privileges',
    ],
    ['user.updated', { id: 'u', changes_requested: { name: 'x' } }, 'Account Change: Update', 'Account Change: Update'],
    ['user.updated', { changes_requested: { role: 'owner' } }, 'Entity Management: Update', 'Entity Management: Update'],
    ['user.deleted', [], 'Entity Management: Delete', 'Entity Management: Delete'],
    ['group.created', { id: 'g' }, 'Group Management: Create', 'Entity Management: Create'],
    ['group.updated', { id: 'g' }, 'Group Management: Update', 'Entity Management: Update'],
    ['group.created', {}, 'Entity Management: Create', 'Entity Management: Create'],
    [
      'role.assignment.created',
      { id: assignment, principal_id: 'u', principal_type: 'user' },
      'User Access Management: Assign Privileges',
      'User Access Management: Assign Privileges',
    ],
    [
      'role.assignment.deleted',
      { id: assignment, principal_id: 'g', principal_type: 'group' },
      'Group Management: Revoke Privileges',
      'Group Management: Revoke Privileges',
    ],
    [
      'role.assignment.created',
      { principal_id: 'g', principal_type: 'group' },
      'Group Management: Assign Privileges',
      'Entity Management: Create',
    ],
    ['role.assignment.created', { principal_id: 'u', principal_type: 'user' }, 'Entity Management: Create', 'Entity Management: Create'],
    ['role.assignment.created', { id: assignment }, 'Entity Management: Create', 'Entity Management: Create'],
    ['tenant.group.member.added', { group_id: 'g', user_id: 'u' }, 'Group Management: Add User', 'Group Management: Add User'],
    ['tenant.group.member.removed', { group_id: 'g' }, 'Group Management: Remove User', 'Entity Management: Update'],
    ['tenant.membership.revoked', { id: 'u' }, 'Account Change: Disable', 'Account Change: Disable'],
    ['tenant.workload_identity.access_token.issued', undefined, 'Authentication: Logon', 'Authentication: Logon'],
  ])('%s %j is %s, in 1.3.0 %s', (type, payload, current, old) => {
    for (const [version, expected] of [
      ['1.8.0', current],
      ['1.3.0', old],
    ] as const) {
      const document = documentOf(type, payload, { version })
      expect(document.type_name, version).toBe(expected)
      expect(validateOcsf(document, version)).toEqual([])
    }
  })

  test('a token is a sign-in only if somebody can be named', () => {
    const nobody = (payload?: JsonValue) =>
      createOcsfMapper({ clock: CLOCK })(received(bodyOf({ type: 'tenant.workload_identity.access_token.issued', payload }))).document
    expect(nobody().type_name).toBe('Entity Management: Create')
    expect(nobody({ id: 'w' })).toMatchObject({ type_name: 'Authentication: Logon', user: { uid: 'w', type: 'Service' } })
  })
})

describe('what has no place', () => {
  test('stands in entity.data, a lone `data` unwrapped, changes in the result', () => {
    expect(documentOf('api_key.created', { id: 'k', data: { scopes: ['a'] } }).entity).toEqual({
      uid: 'k',
      type_id: 99,
      type: 'API Key',
      data: { scopes: ['a'] },
    })
    expect(documentOf('api_key.created', { id: 'k', x: 1, data: { a: 1 } }).entity).toMatchObject({ data: { x: 1, data: { a: 1 } } })
    const updated = documentOf('project.updated', { id: 'p', changes_requested: { title: 'T' } })
    expect(updated).toMatchObject({ entity: { uid: 'p', name: 'T' }, entity_result: { uid: 'p', data: { title: 'T' } } })
    expect(updated.entity).not.toHaveProperty('data')
  })

  test('stands in unmapped.details in classes without an entity', () => {
    expect(documentOf('user.added', { id: 'u', data: { role: 'member' }, x: [1] }).unmapped).toEqual({
      details: { data: { role: 'member' }, x: [1] },
    })
    expect(documentOf('user.updated', { id: 'u', changes_requested: { role: 'r', team: 't' } }).unmapped).toEqual({
      details: { changes_requested: { team: 't' } },
    })
    expect(documentOf('user.updated', { id: 'u', changes_requested: { role: 'r' } })).not.toHaveProperty('unmapped')
    expect(documentOf('login.failed', { error_code: 'c', error_message: 'm', try: 2 })).toMatchObject({
      status_code: 'c',
      status_detail: 'm',
      unmapped: { details: { try: 2 } },
    })
  })

  test('stands under its own name, and under `record` if that name is ours', () => {
    const { unmapped } = documentOf('tunnel.created', undefined, {}, { source: 's', details: 'theirs', object: 'another' })
    expect(unmapped).toEqual({ source: 's', object: 'another', record: { details: 'theirs' } })
  })

  test('fingerprints and the key have other places in 1.3.0', () => {
    const event = received(bodyOf({ type: 'tunnel.created', actor: ACTORS.session }))
    const old = createOcsfMapper({ clock: CLOCK, version: '1.3.0' })(event).document
    expect(old.unmapped).toMatchObject({
      session: { ja3: 'a497151ce4338a12c4418c44d375173e', ja4: 'q13d0313h3_55b375c5d22e_c7319ce65786' },
    })
    expect(old.metadata).toMatchObject({ profiles: ['cloud', 'host'] })
    expect(documentOf('tunnel.created', undefined, { version: '1.3.0' }).actor).toMatchObject({ user: { credential_uid: 'key_ada' } })
    expect(documentOf('ip_allowlist.created', { id: 'i' }, { version: '1.3.0' }).entity).toMatchObject({
      type_id: 99,
      type: 'IP Allowlist',
    })
  })
})

describe('the original', () => {
  test('is told with its size in bytes and its SHA-256', () => {
    const { document, event } = map('tunnel.created', { name: 'Zürich' })
    expect(document.raw_data).toBe(event.text)
    expect(document.raw_data_size).toBe(Buffer.byteLength(event.text))
    expect(document.raw_data_hash).toMatchObject({ algorithm: 'SHA-256', value: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('that is longer than 1.3.0 allows is kept whole under unmapped, and nothing else is too long', () => {
    const long = 'x'.repeat(70_000)
    const { document, event } = map('project.created', { id: 'p', data: { title: long } }, { version: '1.3.0' })
    expect(document).not.toHaveProperty('raw_data')
    expect(document.unmapped).toMatchObject({ raw_data: event.text })
    expect((document.entity as JsonObject).name).toHaveLength(65_535)
    expect((document.entity as JsonObject).data).toEqual({ title: long })
    expect(validateOcsf(document, '1.3.0')).toEqual([])
    expect(documentOf('project.created', { id: 'p', data: { title: long } })).toMatchObject({ entity: { name: long } })
  })

  test('is left out on request', () => {
    const document = documentOf('tunnel.created', { id: 't' }, { includeOriginal: false })
    expect(Object.keys(document).filter(key => key.startsWith('raw_data'))).toEqual([])
  })
})

test('whole degrees are written with a point, for the official validator takes 0 for no float', () => {
  const details = { country: 'GB', latitude: '0.0', longitude: '-12' }
  const actor = { type: 'session', session: { ip_address: '203.0.113.7', ip_address_details: details } }
  const mapped = createOcsfMapper({ clock: CLOCK })(received(bodyOf({ type: 'tunnel.created', actor })))
  expect(mapped.json).toContain('"lat":0.0,"long":-12.0')
  expect(JSON.parse(mapped.json)).toEqual(mapped.document)
})

test('the organization may differ between sources', () => {
  const organization = (source: string) => (source === 'acme' ? ORGANIZATION : undefined)
  expect(documentOf('tunnel.created', undefined, { organization })).toMatchObject({
    cloud: { org: { uid: 'org-example', name: 'Example Inc.' } },
    metadata: { tenant_uid: 'org-example' },
  })
})

test('a severity that the user sets is the last word', () => {
  const severity = { 'user.updated': 'informational' } as const
  const document = documentOf('user.updated', { id: 'u', changes_requested: { role: 'owner' } }, { severity })
  expect(document).toMatchObject({ severity_id: 1, severity: 'Informational' })
})

test('techniques are written on request, where the release has a place for them', () => {
  const attacks = [{ technique: { uid: 'T1110' } }, { technique: { uid: 'T1110' }, sub_technique: { uid: 'T1110.004' } }]
  const document = documentOf('login.failed', undefined, { attack: true })
  expect(document).toMatchObject({ attacks, metadata: { profiles: ['cloud', 'security_control'] } })
  expect(validateOcsf(document, '1.8.0')).toEqual([])
  expect(documentOf('quantum.entangled', undefined, { attack: { 'quantum.entangled': ['T1110.004'] } }).attacks).toEqual([attacks[1]])
  const none = documentOf('login.failed', undefined, { attack: { 'login.failed': [] } })
  expect(none).toMatchObject({ metadata: { profiles: ['cloud'] } })
  expect(none).not.toHaveProperty('attacks')
  expect(documentOf('login.failed')).not.toHaveProperty('attacks')
  expect(documentOf('login.failed', undefined, { attack: true, version: '1.3.0' })).not.toHaveProperty('attacks')
})
