import type { MappedEvent } from '../../core/mapper.ts'
import type { Piece } from '../../toolkit/body/body_buffers.ts'
import { linesOf } from '../../toolkit/body/line.ts'

export type Encoding = 'ndjson' | 'json_array'

export const CONTENT_TYPES: Readonly<Record<Encoding, string>> = { ndjson: 'application/x-ndjson', json_array: 'application/json' }

/** The pieces of a body, one after another. The mapped events' JSON goes in as it is: it is not written a second time. */
export function* bodyOf(events: readonly MappedEvent[], encoding: Encoding): Generator<Piece> {
  if (encoding === 'ndjson') {
    yield* linesOf(events)
    return
  }
  for (const [index, mapped] of events.entries()) {
    yield index === 0 ? '[' : ','
    yield mapped.utf8 ?? mapped.json
  }
  yield ']'
}
