import { expect, test } from 'vitest'
import { bodyOf, received } from '../../test/mapping/events.ts'
import type { JsonValue } from '../core/json.ts'
import { toRecord } from './record.ts'

const assignment = 'role_assignment_role-api-organization-owner__api-organization__org-1_user-bob'

test.each<[string, JsonValue, object]>([
  ['api_key.created', { id: 12345 }, { id: '12345', kind: 'api_key' }],
  ['project.created', { id: 'p', data: { name: 'slug', title: 'Title' } }, { id: 'p', name: 'Title' }],
  ['group.updated', { id: 'g', changes_requested: { group_name: 'New' } }, { id: 'g', name: 'New', actsOn: 'group' }],
  ['role.created', { id: 'r', role_name: 'Auditor' }, { name: 'Auditor' }],
  ['project.updated', { id: 'p', data: { email: 'e', role: 'owner', group_name: 'g' } }, { name: 'e', email: undefined, roles: [] }],
  ['project.updated', { id: 'p', data: { name: 'd' }, changes_requested: { title: 'c' } }, { name: 'd', from: ['id', 'data.name'] }],
  ['project.updated', { id: 'p', data: 'd', changes_requested: { name: 'n', email: 'e' } }, { name: 'n' }],
  ['user.updated', { id: 'u', changes_requested: { email: 'e', role_name: 'r' } }, { name: 'e', email: 'e' }],
  [
    'role.updated',
    { id: 'r', changes_requested: { title: '', role_name: 'R' } },
    { name: 'R', from: ['id', 'changes_requested.role_name'] },
  ],
  ['role.bound_to_resource', { id: 'b', role_id: 'r' }, { id: 'r', kind: 'role' }],
  ['certificates.activated', { certificates: [{ id: 'c', name: 'N' }] }, { id: 'c', name: 'N' }],
  ['certificates.activated', { certificates: [{ id: 'c', name: 'N' }, { id: 'd' }] }, { id: undefined, name: 'N, d' }],
  ['certificates.activated', { id: 'l', certificates: [{ id: 'c', name: 'N' }] }, { id: 'l', name: undefined, from: ['id'] }],
  ['certificates.activated', { n: 1, certificates: ['x', { id: 5 }, { name: ['y'] }, {}, { name: 7 }] }, { id: undefined, name: '5, 7' }],
  ['certificates.activated', { certificates: [{ id: ['c'], name: {} }] }, { id: undefined, name: undefined }],
  ['certificates.activated', { certificates: [{}, {}] }, { id: undefined, name: undefined }],
  ['certificates.activated', { n: 1 }, { id: undefined, name: undefined }],
  [
    'invite.sent',
    { id: 'i', data: { email: 'a@b.c', role: 'owner' } },
    { name: 'a@b.c', email: 'a@b.c', roles: ['owner'], actsOn: 'invite' },
  ],
  [
    'role.assignment.created',
    { id: assignment, principal_id: 'u', principal_type: 'user' },
    { id: 'u', kind: 'user', principal: 'user', roles: ['role-api-organization-owner'] },
  ],
  [
    'role.assignment.created',
    { id: assignment, principal_id: 'g', principal_type: 'group' },
    { id: 'g', principal: 'group', actsOn: 'group' },
  ],
  [
    'role.assignment.created',
    { id: 'ra_1', principal_id: 't', principal_type: 'tunnel' },
    { id: 't', kind: 'tunnel', principal: 'admin', roles: ['ra_1'] },
  ],
  ['role.assignment.created', { id: 'ra_1' }, { id: 'ra_1', kind: 'role_assignment', roles: ['ra_1'] }],
  [
    'role.assignment.created',
    { id: 'ra_1', principal_id: 's', principal_type: 'service_account', role_id: 'r', name: 'n', email: 'e', role: 'other' },
    {
      id: 's',
      name: undefined,
      email: undefined,
      kind: 'service_account',
      actsOn: 'service_account',
      principal: 'user',
      roles: ['r'],
      from: ['principal_id', 'principal_type'],
      rolesFrom: ['role_id'],
    },
  ],
  ['role.assignment.created', { principal_id: 7, principal_type: 'constructor' }, { id: '7', kind: 'constructor', actsOn: undefined }],
  ['role.assignment.created', { id: 'ra_1', principal_id: 'u' }, { id: 'ra_1', principal: 'admin', kind: 'role_assignment' }],
  ['role.assignment.created', { id: 'ra_1', principal_type: 'user' }, { id: 'ra_1', principal: 'user', kind: 'role_assignment' }],
  ...[
    'role_assignment___t__r_u',
    'role_assignment_x____r_u',
    'role_assignment_x__t__ru',
    'role_assignment_x',
    'other_assignment_x__t__r_u',
  ].map(id => ['role.assignment.created', { id }, { roles: [id], rolesFrom: [] }] as [string, JsonValue, object]),
  ['tenant.group.member.added', { group_id: 'g', user_id: 'u' }, { id: 'g', memberId: 'u' }],
  ['tenant.group.member.added', { id: 'g', member_id: 'u', principal_id: 'v' }, { id: 'g', memberId: 'u', from: ['id', 'member_id'] }],
  ['tenant.group.member.added', { id: 'g', principal_id: 'v' }, { id: 'g', memberId: 'v', from: ['id', 'principal_id'] }],
  ['tenant.membership.revoked', { id: 'm', user_id: 'u' }, { id: 'u', actsOn: 'user' }],
  [
    'user.updated',
    { id: 'u', data: { role: 'a' }, changes_requested: { role: 'b' } },
    { roles: ['b'], rolesFrom: ['changes_requested.role'] },
  ],
  ['user.updated', { id: 'u', data: { role: ['a'], email: 'e' }, role: 'c' }, { roles: ['a'], rolesFrom: ['data.role'], email: 'e' }],
  ['user.updated', { id: 'u', data: { role: [] }, role: 'c', email: 7 }, { roles: ['c'], rolesFrom: ['role'], email: '7' }],
  ['user.updated', { id: 'u', role: ['a', 5, null] }, { roles: ['a', '5'], rolesFrom: [] }],
  ['group.updated', { id: 'g', email: 'e', role: 'r' }, { email: undefined, roles: [] }],
  ['api_key.created', [{ id: 'x' }], { id: undefined, kind: 'api_key' }],
])('the target of %s %j', (type, payload, expected) => {
  expect(toRecord(received(bodyOf({ type, payload }))).target).toMatchObject(expected)
})
