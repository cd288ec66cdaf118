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
  const told: unknown[] = []
  const quiet = () => {}
  const logger = { debug: quiet, info: quiet, error: quiet, warn: (_: string, fields?: object) => void told.push(fields) }
  createUnknownsCounter({ meter: { ...SILENT_METER, add }, logger })(bodies.map(eventOf))
  return { counts: Object.fromEntries(counts), told }
}

test('types and fields that the mapping does not know are counted, the others are not', () => {
  const known = { id: 'a', object: 'organization.audit_log', type: 'api_key.created', effective_at: 1, actor: null, 'api_key.created': {} }
  expect(counted([known])).toEqual({ counts: {}, told: [] })
  expect(
    counted([
      { ...known, type: 'moon.landed', 'moon.landed': {} },
      { ...known, colour: 'red' },
      { ...known, colour: 'blue' },
    ]),
  ).toEqual({
    counts: { '{"type":"moon.landed"}': 1, '{"field":"api_key.created"}': 1, '{"field":"colour"}': 2 },
    told: [{ type: 'moon.landed' }, { field: 'api_key.created' }, { field: 'colour' }],
  })
})

test('made-up types do not make labels without end', () => {
  const { counts, told } = counted(Array.from({ length: 500 }, (_, n) => ({ type: `made.up_${n}` })))
  const labels = Object.keys(counts)
  expect(told).toHaveLength(100)
  expect(labels).toHaveLength(101)
  expect(labels).toContain('{"type":"other"}')
})
