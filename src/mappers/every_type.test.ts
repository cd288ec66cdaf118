import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import type { JsonObject } from '../core/json.ts'
import { TABLE } from '../record/table.ts'

const TYPES = [...TABLE.map(({ type }) => type), 'checkpoint_permission.created', 'quantum.entangled', 'tenant.novelty.deleted', 'tunnel']
const UNKNOWN_FIELDS = {
  source: 'cloud_console',
  details: { a: 1 },
  'dotted.key': [1, 'two'],
  '..': 'dots',
  session: 'theirs',
  target: null,
  nothing: [],
}
const PAYLOADS = {
  documented: payloadOf,
  absent: () => undefined,
  renamed: () => ({
    id: 12_345,
    data: { name: 'Name', role: ['owner', 'admin'], email: 'x', scopes: 'all' },
    changes_requested: { role: 'admin' },
  }),
  list: () => [{ id: 'x' }, 'y', 3],
  text: () => 'just text',
  wrong_types: () => ({ id: {}, name: [], data: 'x', changes_requested: [1], principal_id: 7, principal_type: 'tunnel', error_code: 5 }),
}
const MORE: Readonly<Record<string, JsonObject>> = {
  plain: {},
  project: { project: { id: 'proj_1', name: 'Prod' } },
  unknown_fields: { ...UNKNOWN_FIELDS, project: { id: 3, title: 'x' } },
  misfits: { project: 'proj_1', object: { a: 1 }, effective_at: 'yesterday' },
}

describe.each(FORMATS)('$name', ({ create, validate, original }) => {
  const map = create({ clock: CLOCK, organization: () => ORGANIZATION })
  const mapBare = create({ clock: CLOCK, includeOriginal: false, attack: true })

  test.each(Object.entries(PAYLOADS))('every type with every actor is valid, payload: %s', (_, payloadFor) => {
    const invalid: unknown[] = []
    let mapped = 0
    for (const type of TYPES) {
      for (const actor of Object.values(ACTORS)) {
        for (const more of Object.values(MORE)) {
          const event = received(bodyOf({ type, actor, payload: payloadFor(type), more }))
          const { document } = map(event)
          mapped++
          const issues = [...validate(document), ...validate(mapBare(event).document)]
          if (issues.length > 0 || original(document) !== event.text) invalid.push({ issues, text: event.text })
        }
      }
    }
    expect(invalid).toEqual([])
    expect(mapped).toBe(TYPES.length * Object.keys(ACTORS).length * Object.keys(MORE).length)
  })
})
