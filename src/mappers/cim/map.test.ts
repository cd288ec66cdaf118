import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../../test/mapping/events.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createCimMapper } from './index.ts'

const map = createCimMapper({ clock: CLOCK, organization: () => ORGANIZATION })
const mapped = (type: string, actor: JsonValue | undefined, payload: JsonValue | undefined = payloadOf(type)) =>
  map(received(bodyOf({ type, actor, payload }, 'audit_log-1'))).document

describe('data sets and actions', () => {
  test.each([
    ['login.failed', ['authentication'], 'failure'],
    ['logout.succeeded', ['authentication'], 'success'],
    ['user.added', ['change', 'account'], 'created'],
    ['user.updated', ['change', 'account'], 'modified'],
    ['api_key.deleted', ['change', 'account'], 'deleted'],
    ['role.created', ['change', 'account'], 'acl_modified'],
    ['role.assignment.deleted', ['change', 'account'], 'acl_modified'],
    ['ip_allowlist.updated', ['change'], 'acl_modified'],
    ['ip_allowlist.config.deactivated', ['change'], 'acl_modified'],
    ['invite.sent', ['change'], 'created'],
    ['tenant.user.looked_up', ['change', 'account'], 'read'],
    ['tenant.principal_authentication_policy.resolved', ['change'], 'read'],
    ['tenant.group.member.added', ['change', 'account'], 'modified'],
    ['tenant.group.member.removed', ['change', 'account'], 'modified'],
    ['scim.disabled', ['change'], 'disabled'],
    ['quantum.entangled', ['change'], 'entangled'],
    ['tenant.workload_identity.access_token.issued', ['authentication'], 'success'],
  ])('%s', (type, tags, action) => {
    expect(mapped(type, ACTORS.session)).toMatchObject({ tags, action })
  })

  test('a token that nobody was given is a change, for a sign-in needs a name', () => {
    expect(mapped('tenant.workload_identity.access_token.issued', null, {})).toMatchObject({ tags: ['change'], action: 'created' })
  })

  test('a change of call logging is a change of auditing', () => {
    const payload = { id: 'org-1', changes_requested: { api_call_logging: 'disabled' } }
    expect(mapped('organization.updated', ACTORS.session, payload)).toMatchObject({
      tags: ['change', 'audit'],
      object_attrs: 'api_call_logging',
    })
    expect(mapped('organization.updated', ACTORS.session, { id: 'org-1', changes_requested: { title: 'x' } })).toMatchObject({
      tags: ['change'],
    })
  })
})

describe('who did what to whom', () => {
  test('of an account, user is who it is and src_user who did it', () => {
    expect(mapped('user.added', ACTORS.session)).toMatchObject({
      user: 'user-bob',
      user_type: 'user',
      src_user: 'ada@example.com',
      src_user_id: 'user-ada',
      src: '203.0.113.7',
      object_id: 'user-bob',
      object_category: 'user',
      vendor_account: 'org-example',
    })
  })

  test('of a group, the member', () => {
    const document = mapped('tenant.group.member.added', ACTORS.session, { group_id: 'group-1', user_id: 'user-bob' })
    expect(document).toMatchObject({ user: 'user-bob', src_user: 'ada@example.com', object: 'group-1', object_category: 'group' })
  })

  test('of anything else, user is who did it', () => {
    const document = mapped('project.created', ACTORS.key_of_service_account)
    expect(document).toMatchObject({ user: 'user-sa1', user_type: 'service_account', object_category: 'project', change_type: 'project' })
    expect(document).not.toHaveProperty('src_user')
  })

  test('a refused sign-in of nobody has a user all the same', () => {
    expect(mapped('login.failed', null)).toMatchObject({
      user: 'unknown',
      reason: 'Wrong password.',
      reason_id: 'invalid_password',
      signature: 'login.failed',
      signature_id: '300201',
    })
  })
})

test('every value of the record is in the output, without the original too', () => {
  const bare = createCimMapper({ clock: CLOCK, includeOriginal: false })
  const more: JsonObject = { source: 'cloud_console', effective_at: 'never', project: { id: 'proj_1', name: 'Prod', team: 't' } }
  const body = bodyOf(
    { type: 'api_key.created', actor: ACTORS.session, payload: { id: 'key_1', data: { scopes: ['s'] } }, more },
    'audit_log-1',
  )
  const written = bare(received(body)).json
  for (const value of [
    'cloud_console',
    'never',
    'proj_1',
    'Prod',
    '"t"',
    'key_1',
    '"s"',
    'California',
    'US-CA',
    '1234',
    '37.7749',
    'q13d0313h3_55b375c5d22e',
  ])
    expect(written).toContain(value)
})
