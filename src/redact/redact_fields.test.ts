import { expect, test } from 'vitest'
import { bodyOf, CLOCK, received } from '../../test/mapping/events.ts'
import { FORMATS } from '../../test/mapping/formats.ts'
import { parsePath } from './path.ts'
import { redactingMapper } from './redactor.ts'
import type { RedactRule } from './rule.ts'

const EVENT = received(
  bodyOf({
    type: 'login.failed',
    actor: {
      type: 'session',
      session: { ip_address: '203.0.113.7', ip_address_details: { latitude: '37.77490', longitude: '-122.41940', asn: '396982' } },
    },
    payload: { card: 4111111111111111, limits: { low: 0.000125, also: '0.000125' } },
  }),
)

// Goal: a number of the output goes from the record as a text does, and what is emptied by it goes with it.
test.each<[string, string, RedactRule['action'], readonly string[], readonly string[]]>([
  ['a number that is masked', 'ecs', 'mask', ['openai.audit.details.card'], ['4111111111111111']],
  ['a number that is dropped', 'ecs', 'drop', ['openai.audit.details.limits.low'], ['0.000125']],
  ['a place', 'ecs', 'drop', ['source.geo.location', 'source.as.number'], ['37.774', '122.419', '396982']],
  ['a place at one level', 'ecs_flattened', 'mask', ['["source.geo.location"]', '["source.as.number"]'], ['37.774', '122.419', '396982']],
  ['all there is in an object', 'ocsf_1_8_0', 'drop', ['src_endpoint.autonomous_system.number'], ['396982']],
  ['each there is in an object', 'ecs', 'drop', ['openai.audit.details.limits.low', 'openai.audit.details.limits.also'], ['0.000125']],
])('%s', (_, format, action, fields, gone) => {
  const { create, validate } = FORMATS.find(({ name }) => name === format)!
  const rules = [{ action, paths: [], fields: fields.map(parsePath) }]
  const { json, document, event } = redactingMapper(create({ clock: CLOCK }), rules)(EVENT)
  for (const value of gone) expect(`${json}${event.text}`).not.toContain(value)
  expect(validate(document)).toEqual([])
  expect(json).not.toContain('{}')
})
