import { expect, test } from 'vitest'
import { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import { SILENT_METER } from './meter.ts'
import { createUnknownsCounter } from './unknowns.ts'

const eventOf = (body: JsonObject) =>
  new LogEvent({ source: 's', stream: 'o', id: 'i', timeMs: 0, receivedMs: 0, text: JSON.stringify(body) })

function counted(bodies: readonly JsonObject[]) {
  const counts = new Map<string, number>()
  const add = (_: string, labels: object, value: number) => {
    const label = JSON.stringify(labels)
    counts.set(label, (counts.get(label) ?? 0) + value)
  }
  createUnknownsCounter({ ...SILENT_METER, add })(bodies.map(eventOf))
  return Object.fromEntries(counts)
}

test('types and fields that the mapping does not know are counted, the others are not', () => {
  const known = { id: 'a', object: 'organization.audit_log', type: 'api_key.created', effective_at: 1, actor: null, 'api_key.created': {} }
  expect(counted([known])).toEqual({})
  expect(
    counted([
      { ...known, type: 'moon.landed', 'moon.landed': {} },
      { ...known, colour: 'red' },
    ]),
  ).toEqual({
    '{"type":"moon.landed"}': 1,
    '{"field":"api_key.created"}': 1,
    '{"field":"colour"}': 1,
  })
})

test('made-up types do not make labels without end', () => {
  const labels = Object.keys(counted(Array.from({ length: 500 }, (_, n) => ({ type: `made.up_${n}` }))))
  expect(labels).toHaveLength(101)
  expect(labels).toContain('{"type":"other"}')
})
