import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, RECEIVED_MS, received } from '../../test/mapping/events.ts'
import { LogEvent } from '../core/event.ts'
import type { JsonValue } from '../core/json.ts'
import { hasOwnTime } from './received.ts'
import { toRecord } from './record.ts'

const record = (type: string, payload?: JsonValue, more = {}) => toRecord(received(bodyOf({ type, payload, more })))

describe('payload', () => {
  test.each([
    ['api_key.created', 'api_key.created'],
    ['api_key.created', 'api_key_created'],
    ['checkpoint_permission.created', 'checkpoint_permission.created'],
    ['checkpoint_permission.created', 'checkpoint.permission.created'],
    ['checkpoint.permission.created', 'checkpoint_permission.created'],
    ['checkpoint.permission.created', 'checkpoint_permission_created'],
    ['new.thing.made', 'new_thing_made'],
  ])('of %s may stand under %s', (type, key) => {
    const { target, unknown } = record(type, undefined, { [key]: { id: 'x_1' } })
    expect(target.id).toBe('x_1')
    expect(unknown).toBeUndefined()
  })

  test('a type that is named like a field of every record has no payload there', () => {
    expect(record('project', undefined, { project: { id: 'proj_1' } })).toMatchObject({ payload: undefined, projectId: 'proj_1' })
  })

  test('what is inherited is no payload', () => {
    expect(record('constructor')).toMatchObject({ payload: undefined, known: false })
    expect(toRecord(received({}, '{"type":"__proto__","__proto__":{"id":"x_1"},"id":"a"}'))).toMatchObject({ payload: { id: 'x_1' } })
  })

  test('what is nested too deeply travels as text', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as JsonValue
    const written = JSON.stringify(record('api_key.created', deep).details)
    expect(written).toContain('{\\"a\\":')
    expect(written.split('\\"')).toHaveLength(2 * (40 - 16) + 1)
    const abyss = `{"type":"api_key.created","api_key.created":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(JSON.stringify(toRecord(received({}, abyss)).details)).toContain('nested too deeply')
  })
})

describe('numbers that reading would alter', () => {
  test('are texts, and so may be ids; the id of the record is the one that its source gave it', () => {
    const text = '{"id":12345678901234567890,"type":"api_key.created","effective_at":1e400,"api_key.created":{"id":9007199254740993}}'
    const read = toRecord(received({}, text))
    expect(read.target.id).toBe('9007199254740993')
    expect(read).toMatchObject({ hasOwnId: false, timeMs: RECEIVED_MS, misfits: { id: '12345678901234567890', effective_at: '1e400' } })
    expect(read.id).toMatch(/^sha256-/)
  })

  test('beside what is too deep to be read again are left as they are', () => {
    const abyss = `{"type":"a.b","n":12345678901234567890,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect(toRecord(received({}, abyss)).unknown).toMatchObject({ n: Number('12345678901234567890') })
  })
})

describe('severity', () => {
  test.each<[string, JsonValue | undefined, string]>([
    ['user.updated', { changes_requested: { role: 'owner' } }, 'high'],
    ['user.updated', { changes_requested: { role: 'Admin' } }, 'high'],
    ['user.updated', { changes_requested: { role: 'member' } }, 'low'],
    ['tenant.user.updated', { data: { role: 'tenant-admin' } }, 'high'],
    ['service_account.updated', { changes_requested: { role: 'owner' } }, 'high'],
    ['tenant.service_account.updated', { changes_requested: { role: 'owner' } }, 'high'],
    ['invite.sent', { data: { role: 'owner' } }, 'medium'],
    ['invite.sent', { data: { role: 'Owner' } }, 'medium'],
    ['invite.sent', { data: { role: 'reader' } }, 'low'],
    ['role.assignment.created', { id: 'role_assignment_role-x-owner__t__r_u' }, 'high'],
    ['role.assignment.created', { id: 'assignment-of-admin' }, 'high'],
    ['role.assignment.created', { id: 'role_assignment_viewer__t__r_admin-1' }, 'medium'],
    ['tenant.role_assignment.created', { role_id: 'tenant_admin' }, 'high'],
    ['tenant.resource_role_assignment.created', { id: 'x' }, 'medium'],
    ['tenant.resource_role_assignment.created', { id: 'x-owner' }, 'high'],
    ['api_key.created', { data: { scopes: ['models:read', 'all'] } }, 'medium'],
    ['api_key.created', { data: { scopes: [' ALL '] } }, 'medium'],
    ['api_key.created', { data: { scopes: ['models:all'] } }, 'low'],
    ['api_key.created', { data: 'all', changes_requested: null }, 'low'],
    ['api_key.updated', { data: { scopes: ['organization:write'] } }, 'medium'],
    ['api_key.updated', { changes_requested: { scopes: ['api.management.read'] } }, 'medium'],
    ['api_key.updated', { changes_requested: { scopes: 'admin' } }, 'medium'],
    ['organization.updated', { changes_requested: { api_call_logging: 'disabled' } }, 'high'],
    ['organization.updated', { data: { api_call_logging: 'Disabled' } }, 'high'],
    ['organization.updated', { changes_requested: { api_call_logging: 'enabled' } }, 'medium'],
    ['organization.updated', { changes_requested: { api_call_logging: false } }, 'medium'],
    ['ip_allowlist.created', { allowed_ips: ['10.0.0.0/8', '0.0.0.0/0'] }, 'high'],
    ['ip_allowlist.created', { allowed_ips: ['10.0.0.0/8'] }, 'low'],
    ['ip_allowlist.updated', { allowed_ips: ['0.0.0.0'] }, 'high'],
    ['ip_allowlist.updated', { changes_requested: { allowed_ips: ['::/0'] } }, 'high'],
    ['ip_allowlist.created', { allowed_ips: ' :: ' }, 'high'],
    ['ip_allowlist.created', { allowed_ips: ['ABCD::/00'] }, 'high'],
    ['ip_allowlist.created', { allowed_ips: ['10.0.0.0/08', '::/01', '1::', '::1', '0.0.0.01'] }, 'low'],
    ['ip_allowlist.updated', { allowed_ips: ['203.0.113.0/24'] }, 'medium'],
    ['ip_allowlist.deleted', { allowed_ips: ['203.0.113.0/24'] }, 'high'],
    ['user.deleted', { changes_requested: { role: 'owner' } }, 'low'],
    ['no.such.type', undefined, 'low'],
  ])('of %s %j is %s', (type, payload, severity) => {
    expect(record(type, payload).severity?.name).toBe(severity)
  })
})

describe('sentence', () => {
  const sentences = (actor: string, more = {}) =>
    toRecord(received({ ...bodyOf({ type: 'tunnel.created', actor: ACTORS[actor] }, 'x'), ...more })).sentence

  test.each([
    ['session', 'ada@example.com: tunnel.created'],
    ['session_without_user', 'unnamed session: tunnel.created'],
    ['session_with_odd_fields', 'no address: tunnel.created'],
    ['key_of_service_account', 'user-sa1: tunnel.created'],
    ['key_alone', 'key_alone: tunnel.created'],
    ['null_actor', 'unknown actor: tunnel.created'],
    ['text', 'unknown actor: tunnel.created'],
    ['future_kind', 'unnamed robot: tunnel.created'],
  ])('names the actor: %s', (actor, sentence) => {
    expect(sentences(actor)).toBe(sentence)
  })

  test('names all roles, or the error', () => {
    expect(record('user.updated', { id: 'u', role: ['a', 'b'], error_code: 'c' }).sentence).toBe(
      'unknown actor: user.updated u (role a, b)',
    )
    expect(record('login.failed', { error_code: 'c' }).sentence).toBe('unknown actor: login.failed (c)')
  })

  test('has an end, which is a whole character', () => {
    const start = 'ada@example.com: tunnel.created '
    const named = (name: string) => sentences('session', { 'tunnel.created': { name } })
    const room = 'x'.repeat(4000 - start.length)
    expect(named(room)).toBe(start + room)
    expect(named(`${room}y`)).toBe(`${start}${room}…`)
    expect(named(`${room.slice(1)}🦊`)).toBe(`${start}${room.slice(1)}\u{fffd}…`)
  })
})

describe('the rest', () => {
  test('unknown fields are told apart from known ones that make no sense', () => {
    const read = toRecord(
      received({
        ...bodyOf({
          type: 'tunnel.created',
          actor: ACTORS.session_with_odd_fields,
          more: { project: { id: 'p', x: 1 }, source: 's', gone: null },
        }),
      }),
    )
    expect(read.unknownFields).toEqual(['source'])
    expect(read.misfits).toEqual({
      actor: {
        session: {
          ip_address_details: { region_code: 'BE', latitude: '95', longitude: '1', asn: 'AS-NONE', asn_name: 'Example' },
          mfa: true,
        },
      },
      project: { x: 1 },
    })
    expect(read.actor).toMatchObject({
      address: 'unknown',
      ip: undefined,
      countryName: 'Germany',
      userId: '7',
      email: 'no address',
      domain: undefined,
    })
  })

  test('a field named __proto__ is a field', () => {
    const read = toRecord(received({}, '{"type":"a.b","__proto__":{"polluted":1}}'))
    expect(Object.entries(read.unknown!)).toEqual([['__proto__', { polluted: 1 }]])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('an id and a time that the record lacks are made up from what is known', () => {
    const text = '{"type":"a.b","effective_at":"soon"}'
    const event = received({}, text)
    expect(event.id).toMatch(/^sha256-[0-9a-f]{32}$/)
    expect(received({}, text).id).toBe(event.id)
    expect(toRecord(event)).toMatchObject({
      hasOwnId: false,
      timeMs: RECEIVED_MS,
      originalTime: undefined,
      misfits: { effective_at: 'soon' },
    })
  })

  test.each([
    [1_770_979_925, 1_770_979_925_000, '1770979925'],
    ['1770979925', 1_770_979_925_000, '1770979925'],
    [1_770_979_925.5, 1_770_979_925_500, '1770979925.5'],
    [0, 0, '0'],
    [18_446_744_073.709, 18_446_744_073_709, '18446744073.709'],
    [18_446_744_073.71, RECEIVED_MS, undefined],
    [['1770979925'], RECEIVED_MS, undefined],
    [-5, RECEIVED_MS, undefined],
    [1e300, RECEIVED_MS, undefined],
  ])('effective_at %j', (effectiveAt, timeMs, originalTime) => {
    const event = received({ type: 'a.b', effective_at: effectiveAt })
    const misfits = originalTime === undefined ? { effective_at: effectiveAt } : undefined
    expect(toRecord(event)).toMatchObject({ timeMs, originalTime, misfits })
    expect(hasOwnTime(event)).toBe(originalTime !== undefined)
  })

  test('a time that is that of the poll too is its own', () => {
    expect(hasOwnTime(received({ type: 'a.b', effective_at: RECEIVED_MS / 1000 }))).toBe(true)
  })

  test('a record is read even if the event around it has impossible times', () => {
    const event = new LogEvent({ source: 's', stream: 't', id: 'x', timeMs: Number.NaN, receivedMs: 5, text: '{"type":"a.b"}' })
    expect(toRecord(event).timeMs).toBe(5)
  })
})
