import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, received } from '../../../test/mapping/events.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { createEcsMapper, type EcsOptions } from './index.ts'

const map = (type: string, payload?: JsonValue, options: Partial<EcsOptions> = {}, more: JsonObject = {}) =>
  createEcsMapper({ clock: CLOCK, ...options })(received(bodyOf({ type, actor: ACTORS.session, payload, more }, 'audit_log-1'))).document

describe('fields', () => {
  test.each<[string, JsonValue | undefined, JsonObject]>([
    [
      'user.added',
      { id: 'u', data: { role: 'member', email: 'bob@example.com' } },
      { target: { id: 'u', email: 'bob@example.com', roles: ['member'] } },
    ],
    ['tenant.user.added', { id: 'u', name: 'Bob' }, { target: { id: 'u', name: 'Bob' } }],
    [
      'invite.sent',
      { id: 'i', data: { email: 'eve@example.com', role: 'owner' } },
      { target: { email: 'eve@example.com', roles: ['owner'] } },
    ],
    ['tenant.group.member.added', { group_id: 'g', user_id: 'u' }, { target: { id: 'u' } }],
    ['group.created', { id: 'g', data: { group_name: 'Devs' } }, {}],
  ])('%s %j names who was acted on', (type, payload, user) => {
    const { target } = map(type, payload).user as JsonObject
    expect({ target }).toEqual({ target: user.target })
  })

  test('groups stand in group', () => {
    expect(map('group.created', { id: 'g', data: { group_name: 'Devs' } }).group).toEqual({ id: 'g', name: 'Devs' })
  })

  test('everybody in the record can be found in related', () => {
    const { related } = map('invite.sent', { id: 'i', data: { email: 'eve@example.com' } })
    expect(related).toEqual({ ip: ['203.0.113.7'], user: ['user-ada', 'ada@example.com', 'eve@example.com'] })
  })

  test('an address that is none is no IP address', () => {
    const actor = ACTORS.session_with_odd_fields
    const { source, related } = createEcsMapper({ clock: CLOCK })(received(bodyOf({ type: 'login.failed', actor }))).document
    expect(source).toEqual({ address: 'unknown', geo: { country_name: 'Germany' } })
    expect(related).not.toHaveProperty('ip')
  })

  test('unknown fields stand under their own names, those that would collide or cannot be names under unmapped', () => {
    const { openai } = map('tunnel.created', undefined, {}, { source: 's', id: 'audit_log-1', target: 'theirs', '..': 1, project: 'wrong' })
    expect((openai as JsonObject).audit).toMatchObject({
      source: 's',
      target: { type: 'tunnel' },
      unmapped: { target: 'theirs', '..': 1, project: 'wrong' },
    })
  })

  test.each([false, true])('nor do names with dots take the place of another field, flattened: %s', flattened => {
    const more = { 'actor.type': 'x1', 'actor.session': 'x2', 'a.b': 'x3', a: { b: 'x4', c: { d: 'x5' }, 'c.d': 'x6' }, 'e.f': 'x7' }
    const document = map('tunnel.created', undefined, { flattened }, more)
    const written = JSON.stringify(document)
    for (let number = 1; number <= 7; number++) expect(written).toContain(`x${number}`)
    const unmapped = flattened ? document['openai.audit.unmapped'] : ((document.openai as JsonObject).audit as JsonObject).unmapped
    expect(unmapped).toMatchObject({ 'actor.type': 'x1', 'actor.session': 'x2', 'a.b': 'x3' })
    expect(unmapped).not.toHaveProperty(['e.f'])
  })

  test('a payload that is no object stands in one', () => {
    expect(map('tunnel.created', ['a'])).toMatchObject({ openai: { audit: { details: { value: ['a'] } } } })
  })

  test('a record without a type is an error of the pipeline, with its text', () => {
    const text = '{"id":"x","effective_at":1770979925}'
    const document = createEcsMapper({ clock: CLOCK })(received({}, text)).document
    expect(document).toMatchObject({
      event: { kind: 'pipeline_error', id: 'x', original: text },
      error: { message: 'The record is no JSON object with a type.' },
    })
    expect(document).not.toHaveProperty('tags')
  })
})

describe('options', () => {
  test('namespace', () => {
    expect(map('tunnel.created', undefined, { namespace: 'audit' })).toMatchObject({ data_stream: { namespace: 'audit' } })
  })

  test('the spelling of Elastic’s own integration, in event.action alone', () => {
    const document = map('ip_allowlist.config.activated', undefined, { actionSpelling: 'elastic' })
    expect(document).toMatchObject({
      event: { action: 'ip_allowlist-config-activated' },
      openai: { audit: { type: 'ip_allowlist.config.activated' } },
    })
  })

  test('severity by type', () => {
    const severity = { 'tunnel.created': 'critical' } as const
    expect(map('tunnel.created', undefined, { severity })).toMatchObject({ event: { severity: 99 } })
    expect(map('tunnel.updated', undefined, { severity })).toMatchObject({ event: { severity: 21 } })
    const spelled = { 'checkpoint.permission.created': 'critical' } as const
    expect(map('checkpoint_permission.created', undefined, { severity: spelled })).toMatchObject({ event: { severity: 99 } })
  })

  test('techniques', () => {
    expect(map('login.failed')).not.toHaveProperty('threat')
    const attack = { 'login.failed': ['T1078'], 'logout.failed': [] }
    expect(map('login.failed', undefined, { attack }).threat).toEqual({ framework: 'MITRE ATT&CK', technique: { id: ['T1078'] } })
    expect(map('logout.failed', undefined, { attack })).not.toHaveProperty('threat')
    expect(map('user.added', undefined, { attack }).threat).toMatchObject({ technique: { subtechnique: { id: ['T1136.003'] } } })
    expect(map('login.failed', undefined, { attack: true }).threat).toEqual({
      framework: 'MITRE ATT&CK',
      technique: { id: ['T1110'], subtechnique: { id: ['T1110.004'] } },
    })
  })

  test('dotted names at one level; what is one field stays one', () => {
    const flat = map('tunnel.created', { id: 't', a: { b: 1 } }, { flattened: true })
    expect(flat).toMatchObject({
      'event.category': ['configuration'],
      'source.geo.location': { lat: 37.7749, lon: -122.4194 },
      'openai.audit.details': { id: 't', a: { b: 1 } },
      'openai.audit.actor.session.ja4': 'q13d0313h3_55b375c5d22e_c7319ce65786',
    })
    expect(Object.keys(flat).filter(key => !key.includes('.'))).toEqual(['@timestamp', 'message'])
  })
})
