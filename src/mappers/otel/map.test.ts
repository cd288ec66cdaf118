import { expect, test } from 'vitest'
import { bodyOf, CLOCK, received } from '../../../test/mapping/events.ts'
import { LogEvent } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import { createOtelMapper } from './index.ts'

const bare = createOtelMapper({ clock: CLOCK, includeOriginal: false })
const whole = createOtelMapper({ clock: CLOCK })
const attributesOf = (body: JsonObject, map = bare) => map(received(body)).document.attributes as JsonObject

test.each<[JsonObject, JsonObject]>([
  [{}, {}],
  [{ object: 'another' }, { 'openai.audit.object': 'another' }],
  [{ object: ['x'] }, { 'openai.audit.unmapped': { object: ['x'] } }],
  [{ odd: 1 }, { 'openai.audit.unmapped': { odd: 1 } }],
  [{ project: 'p' }, { 'openai.audit.unmapped': { project: 'p' } }],
  [{ odd: 1, project: 'p' }, { 'openai.audit.unmapped': { odd: 1, project: 'p' } }],
  [
    { actor: { session: { ip_address_details: { region: 'R', country: 'Germany' } } } },
    { 'openai.audit.actor.session.region': 'R', 'openai.audit.actor.session.country': 'Germany' },
  ],
])('%j is told by the original, and by attributes where that is left out', (more, expected) => {
  const frame = {
    'log.record.uid': 'x',
    'openai.audit.id': 'x',
    'openai.audit.type': 'tunnel.created',
    'openai.audit.outcome': 'success',
    'openai.audit.target.type': 'tunnel',
  }
  const body = bodyOf({ type: 'tunnel.created', more }, 'x')
  expect(attributesOf(body)).toStrictEqual({ ...frame, ...expected })
  expect(attributesOf(body, whole)).toStrictEqual({ ...frame, 'log.record.original': JSON.stringify(body) })
})

test.each<[JsonObject, string | undefined]>([
  [{ error_code: 'c' }, 'c'],
  [{ error_code: ['c'] }, '_OTHER'],
  [{}, '_OTHER'],
])('a failure says why: %j', (payload, why) => {
  expect(attributesOf(bodyOf({ type: 'login.failed', payload }))['error.type']).toBe(why)
  expect(attributesOf(bodyOf({ type: 'login.succeeded', payload }))).not.toHaveProperty('error.type')
})

test.each([
  [0, '0'],
  [1, '1000000'],
  [1_770_979_925_123, '1770979925123000000'],
])('%d ms are %s ns', (ms, nanoseconds) => {
  const event = new LogEvent({ source: 's', stream: 't', id: 'x', timeMs: ms, receivedMs: ms, text: '{"type":"a.b"}' })
  expect(whole(event).document).toMatchObject({ timeUnixNano: nanoseconds, observedTimeUnixNano: nanoseconds })
})

test('a name that is no e-mail address is the name of the user', () => {
  const actor = { type: 'user', id: 'u', name: 'Ada' }
  expect(attributesOf({ id: 'x', event: 'tunnel.created', actor })).toMatchObject({ 'user.id': 'u', 'user.name': 'Ada' })
})
