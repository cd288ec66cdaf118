import type { MappedEvent } from '../../core/mapper.ts'
import { ndjsonLine } from '../../toolkit/body/line.ts'

export type Encoding = 'ndjson' | 'json_array'

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = { ndjson: 'application/x-ndjson', json_array: 'application/json' }

/** The pieces of a body, one after another. The mapped events' JSON goes in as it is: it is not written a second time. */
export function* bodyOf(events: readonly MappedEvent[], encoding: Encoding): Generator<string> {
  if (encoding === 'ndjson') {
    for (const { json } of events) yield `${ndjsonLine(json)}\n`
    return
  }
  for (const [index, { json }] of events.entries()) yield `${index === 0 ? '[' : ','}${json}`
  yield ']'
}
