import { expect, test } from 'vitest'
import EXAMPLES from '../../test/mapping/worked_examples.json' with { type: 'json' }
import type { JsonObject } from '../core/json.ts'
import { receivedEvent } from '../record/received.ts'
import { createEcsMapper } from './ecs/index.ts'
import { createOcsfMapper } from './ocsf/index.ts'
import { createOtelMapper } from './otel/index.ts'

// Goal: the outputs that were agreed on field by field stay exactly these.
const MAPPERS = { ecs: createEcsMapper, ocsf: createOcsfMapper, otel: createOtelMapper } as const

const CASES = EXAMPLES.flatMap(example => (Object.keys(MAPPERS) as (keyof typeof MAPPERS)[]).map(format => ({ ...example, format })))

test.each(CASES)('$format: $name', example => {
  const body = example.event as unknown as JsonObject
  const receivedMs = example.received_ms
  const map = MAPPERS[example.format]({
    clock: { now: () => receivedMs + 5 },
    organization: () => (example.organization_id === null ? undefined : { id: example.organization_id }),
  })
  const event = receivedEvent({ source: 'acme', stream: 'organization', receivedMs, text: JSON.stringify(body), body })
  const mapped = map(event)
  expect(mapped.document).toStrictEqual(example[example.format])
  expect(JSON.parse(mapped.json)).toStrictEqual(example[example.format])
})
