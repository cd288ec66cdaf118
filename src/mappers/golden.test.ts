import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, oneOfEach, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import type { JsonObject } from '../core/json.ts'

/**
 * What every type becomes in every format, one document a line, without the original text. A change of the
 * mapping shows here as a difference to review: `UPDATE_GOLDEN=1 npx vitest run src/mappers/golden.test.ts`.
 */
const UPDATE = process.env.UPDATE_GOLDEN === '1'
const EVENTS = [
  ...oneOfEach(),
  received(bodyOf({ type: 'checkpoint_permission.created', payload: { id: 'cp_1' } }, 'audit_log-retired')),
  received(
    bodyOf(
      { type: 'quantum.entangled', actor: ACTORS.future_kind, payload: ['a', 'b'], more: { source: 'cloud_console' } },
      'audit_log-new',
    ),
  ),
  received(bodyOf({ type: 'tenant.passkey.enrollment.failed', actor: ACTORS.session_with_odd_fields }, 'audit_log-odd')),
  received({ object: 'organization.audit_log', id: 'audit_log-untyped', effective_at: 1_770_979_925, actor: { type: 'session' } }),
]

describe.each(FORMATS.filter(({ name }) => name !== 'ecs_flattened'))('$name', ({ name, create, validate }) => {
  const map = create({ clock: CLOCK, organization: () => ORGANIZATION, includeOriginal: false })
  const path = new URL(`../../test/mapping/golden/${name}.golden.json`, import.meta.url)
  const written = EVENTS.map(event => map(event).json)
  if (UPDATE) writeFileSync(path, `[\n${written.join(',\n')}\n]\n`)
  const golden = JSON.parse(readFileSync(path, 'utf8')) as readonly JsonObject[]

  test('has a document for every event', () => {
    expect(golden).toHaveLength(EVENTS.length)
  })

  test.each(EVENTS.map((event, index) => ({ id: event.id, type: event.body.type, index })))('$id $type', ({ index }) => {
    const document = JSON.parse(written[index]!) as JsonObject
    expect(document).toStrictEqual(golden[index])
    expect(validate(document)).toEqual([])
  })
})
