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
    ['group.created', { name: 'G' }, 'Group Management: Create', 'Entity Management: Create'],
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
    const issued = nobody({ id: 'w', name: 'W', error_code: 'c', error_message: ['m'] })
    expect(issued).toMatchObject({
      type_name: 'Authentication: Logon',
      user: { uid: 'w', name: 'W', type: 'Service' },
      service: { name: 'OpenAI Platform' },
      status_code: 'c',
    })
    expect(issued.unmapped).toStrictEqual({ details: { error_message: ['m'] } })
    expect(nobody({ id: 'w', error_code: ['c'], error_message: 'm' }).unmapped).toStrictEqual({ details: { error_code: ['c'] } })
  })
})

describe('what a privilege is for', () => {
  const id = 'role_assignment_viewer__api-project__proj_1_x'
  const project = { id: 'proj_1', name: 'Prod' }

  test.each<[JsonObject, JsonObject, JsonObject | undefined, JsonObject]>([
    [{}, {}, undefined, {}],
    [{ resource_id: 'r', resource_type: 't' }, { project }, { uid: 'r', type: 't' }, {}],
    [{ resource_id: 5 }, {}, { uid: '5' }, {}],
    [{ resource_type: 't' }, { project }, { uid: 'proj_1', name: 'Prod', type: 'Project' }, { resource_type: 't' }],
    [{}, { project: { id: 'proj_1' } }, { uid: 'proj_1', type: 'Project' }, {}],
    [{}, { project: { name: 'Prod' } }, { name: 'Prod', type: 'Project' }, {}],
    [{ resource_id: 'r', resource_type: [1] }, {}, { uid: 'r' }, { resource_type: [1] }],
  ])('%j %j is %j', (payload, more, resource, rest) => {
    const details = { id, ...rest }
    const of = (principal: string, options: Partial<OcsfOptions> = {}) =>
      documentOf('role.assignment.created', { id, principal_id: 'x', principal_type: principal, ...payload }, options, more)
    expect(of('user')).toMatchObject({ user: { uid: 'x' }, unmapped: { details } })
    expect(of('user').resources).toStrictEqual(resource && [resource])
    expect(of('user', { version: '1.3.0' }).resource).toStrictEqual(resource)
    expect(of('group')).toMatchObject({ group: { uid: 'x' }, privileges: ['viewer'] })
    expect(of('group').resource).toStrictEqual(resource)
    expect(of('group').unmapped).toStrictEqual({ details })
  })
})

describe('the entity', () => {
  const principal = { principal_id: 'x', principal_type: 'tunnel' }

  test.each<[string, JsonObject, JsonObject]>([
    ['role.assignment.created', { id: 'ra', ...principal }, { uid: 'ra', type_id: 99, type: 'Role Assignment', data: principal }],
    ['role.assignment.created', principal, { name: 'Role Assignment', type_id: 99, type: 'Role Assignment', data: principal }],
    [
      'organization.updated',
      { id: 'o', name: 'O' },
      { uid: 'o', name: 'O', type_id: 4, type: 'Organization', org: { uid: 'o', name: 'O' } },
    ],
    ['organization.updated', { name: 'O' }, { name: 'O', type_id: 4, type: 'Organization', org: { name: 'O' } }],
    ['organization.updated', {}, { name: 'Organization', type_id: 4, type: 'Organization' }],
    ['tenant.policy.created', { id: 7 }, { uid: '7', type_id: 5, type: 'Policy', policy: { uid: '7' } }],
    ['tenant.user.looked_up', { id: 'u' }, { uid: 'u', type_id: 2, type: 'User' }],
    ['ip_allowlist.created', { id: 'i' }, { uid: 'i', type_id: 7, type: 'Network Zone' }],
    ['tunnel.created', { id: 't', data: ['a'] }, { uid: 't', type_id: 99, type: 'Tunnel', data: ['a'] }],
    ['tunnel.created', { id: 't', data: [] }, { uid: 't', type_id: 99, type: 'Tunnel' }],
    ['tunnel.created', { id: 't', name: 'T', x: 1 }, { uid: 't', name: 'T', type_id: 99, type: 'Tunnel', data: { x: 1 } }],
  ])('of %s %j', (type, payload, entity) => {
    expect(documentOf(type, payload).entity).toStrictEqual(entity)
  })
})

test.each<[string, JsonObject, JsonObject]>([
  ['user.added', { id: 'u', data: { email: 'a@b.cc' } }, { uid: 'u', name: 'a@b.cc', email_addr: 'a@b.cc', type_id: 1, type: 'User' }],
  ['service_account.created', { id: 's', name: 'Bot' }, { uid: 's', name: 'Bot', type_id: 4, type: 'Service' }],
  ['tenant.group.member.added', { id: 'g', user_id: 'u' }, { uid: 'u', type_id: 1, type: 'User' }],
])('the user of %s %j', (type, payload, user) => {
  expect(documentOf(type, payload).user).toStrictEqual(user)
})

test('the group of a role is told with what its release has', () => {
  const payload = { principal_id: 'g', principal_type: 'group', role_id: 'r' }
  expect(documentOf('role.assignment.created', payload)).toMatchObject({ group: { uid: 'g' }, privileges: ['r'] })
  expect(documentOf('role.assignment.created', payload)).not.toHaveProperty('unmapped')
  expect(documentOf('group.created', { name: 'G' }).group).toStrictEqual({ name: 'G' })
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
    const theirs = { details: 'a', session: 'b', record: 'c', raw_data: 'd' }
    const { unmapped } = documentOf('tunnel.created', undefined, {}, { source: 's', object: 'another', project: 'p', ...theirs })
    expect(unmapped).toEqual({ source: 's', object: 'another', project: 'p', record: theirs })
    expect(documentOf('tunnel.created', undefined, {}, { object: null })).not.toHaveProperty('unmapped')
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

test.each([
  ['0.0', '-12', '"lat":0.0,"long":-12.0'],
  ['51', '-0.5', '"lat":51.0,"long":-0.5'],
  ['51.25', '7', '"lat":51.25,"long":7.0'],
  ['51.25', '7.5', '"lat":51.25,"long":7.5'],
])('whole degrees are written with a point, for the official validator takes 0 for no float: %s %s', (latitude, longitude, written) => {
  const details = { country: 'GB', latitude, longitude }
  const actor = { type: 'session', session: { ip_address: '203.0.113.7', ip_address_details: details } }
  const mapped = createOcsfMapper({ clock: CLOCK })(received(bodyOf({ type: 'tunnel.created', actor })))
  expect(mapped.json).toContain(written)
  expect(JSON.parse(mapped.json)).toEqual(mapped.document)
})

test('the organization may differ between sources', () => {
  const organization = (source: string) => (source === 'acme' ? ORGANIZATION : undefined)
  expect(documentOf('tunnel.created', undefined, { organization })).toMatchObject({
    cloud: { org: { uid: 'org-example', name: 'Example Inc.' } },
    metadata: { tenant_uid: 'org-example' },
  })
})

test.each([
  [{ id: 'org-1' }, { uid: 'org-1' }],
  [{ name: 'Example' }, { name: 'Example' }],
  [{}, undefined],
])('an organization %j, and a project, may lack an id or a name', (organization, org) => {
  const cloudOf = (project: JsonObject) =>
    documentOf('tunnel.created', undefined, { organization: () => organization }, { project }).cloud as JsonObject
  expect(cloudOf({ id: 'p' }).org).toStrictEqual(org)
  expect(cloudOf({ id: 'p' }).account).toStrictEqual({ uid: 'p', type_id: 99, type: 'OpenAI Project' })
  expect(cloudOf({ name: 'P' }).account).toStrictEqual({ name: 'P', type_id: 99, type: 'OpenAI Project' })
  expect(cloudOf({})).not.toHaveProperty('account')
})

test('a severity that the user sets is the last word', () => {
  const severity = { 'user.updated': 'informational' } as const
  const document = documentOf('user.updated', { id: 'u', changes_requested: { role: 'owner' } }, { severity })
  expect(document).toMatchObject({ severity_id: 1, severity: 'Informational' })
})

test('techniques are written on request, where the release has a place for them', () => {
  const attacks = [{ technique: { uid: 'T1110' } }, { technique: { uid: 'T1110' }, sub_technique: { uid: 'T1110.004' } }]
  const document = documentOf('login.failed', undefined, { attack: true })
  expect(document.attacks).toEqual(attacks)
  expect(document).toMatchObject({ metadata: { profiles: ['cloud', 'security_control'] } })
  expect(validateOcsf(document, '1.8.0')).toEqual([])
  expect(documentOf('quantum.entangled', undefined, { attack: { 'quantum.entangled': ['T1110.004'] } }).attacks).toEqual([attacks[1]])
  const none = documentOf('login.failed', undefined, { attack: { 'login.failed': [] } })
  expect(none).toMatchObject({ metadata: { profiles: ['cloud'] } })
  expect(none).not.toHaveProperty('attacks')
  expect(documentOf('login.failed')).not.toHaveProperty('attacks')
  expect(documentOf('login.failed', undefined, { attack: true, version: '1.3.0' })).not.toHaveProperty('attacks')
})
