import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../../test/mapping/events.ts'
import type { JsonObject } from '../../core/json.ts'
import type { SeverityName } from '../../record/severity.ts'
import { createDatadogMapper } from './index.ts'

const body = (type: string, more: JsonObject = {}) =>
  received(bodyOf({ type, actor: ACTORS.session, payload: payloadOf(type), more }, 'audit_log-1'))
const map = createDatadogMapper({ clock: CLOCK, organization: () => ORGANIZATION })

test('who, from where, with what, on what', () => {
  expect(map(body('user.added', { project: { id: 'proj_1', name: 'Prod' } })).document).toMatchObject({
    ddsource: 'openai',
    service: 'openai-audit-logs',
    ddtags: 'openai_project:proj_1,openai_organization:org-example',
    date: 1_770_979_925_000,
    usr: { id: 'user-ada', email: 'ada@example.com', name: 'ada@example.com' },
    evt: { name: 'user.added', category: 'iam', outcome: 'success', actor: { type: 'session' } },
    asset: { type: 'user', id: 'user-bob' },
    network: {
      client: {
        ip: '203.0.113.7',
        geoip: { country: { iso_code: 'US' }, city: { name: 'San Francisco' }, subdivision: { name: 'California', iso_code: 'CA' } },
      },
    },
    http: { useragent: 'Mozilla/5.0 (X11; Linux x86_64)' },
    openai: {
      audit: { id: 'audit_log-1', type: 'user.added', actor: { session: { asn: 1234, ja3: 'a497151ce4338a12c4418c44d375173e' } } },
    },
  })
})

// Goal: a sender replaces these without writing the rest anew, so they come first.
test('reserved attributes come first', () => {
  expect(Object.keys(map(body('user.added')).document).slice(0, 6)).toEqual(['ddsource', 'service', 'ddtags', 'date', 'status', 'message'])
})

describe('status', () => {
  test.each([
    ['informational', 'info'],
    ['low', 'notice'],
    ['medium', 'warning'],
    ['high', 'warning'],
    ['critical', 'error'],
  ] satisfies [SeverityName, string][])('%s is %s', (severity, status) => {
    const { document } = createDatadogMapper({ clock: CLOCK, severity: { 'user.added': severity } })(body('user.added'))
    expect(document).toMatchObject({ status, openai: { audit: { severity } } })
  })
})

test.each(['pro ject', 'a,b', 'x'.repeat(181), 'projét'])('a project id that is no tag is only an attribute: %s', id => {
  const { document } = createDatadogMapper({ clock: CLOCK })(body('user.added', { project: { id } }))
  expect(document).not.toHaveProperty('ddtags')
  expect(document).toMatchObject({ openai: { audit: { project: { id } } } })
})

test('an address that is none, and a country that is no code, have their places', () => {
  const { document } = map(received(bodyOf({ type: 'login.failed', actor: ACTORS.session_with_odd_fields }, 'audit_log-1')))
  expect(document).toMatchObject({
    network: { client: { geoip: { country: { name: 'Germany' } } } },
    openai: { audit: { actor: { session: { address: 'unknown' } }, unmapped: { actor: { session: { mfa: true } } } } },
  })
})
