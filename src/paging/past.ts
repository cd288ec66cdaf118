import type { Batch } from '../core/batch.ts'
import { type Drained, seal } from './drained.ts'
import { encodePosition, type StreamPosition } from './position.ts'
import type { Reading } from './stream.ts'

/**
 * The batch of a part of the first segment: its events that are new, its row of the ledger, and the position `after` it, to
 * which the reading moves.
 */
export function handOut(reading: Reading, part: Drained, after: StreamPosition): Batch {
  const { options, known, shared, pieces, position, sweptS } = reading
  const { context, name, overlapS, client } = options
  const { fresh, row } = seal(part, {
    known,
    shared,
    sealed: { fromS: part.fromS, toS: part.toS },
    lateBeforeS: position.segments[0]!.lateBeforeS,
    rememberFromS: Math.min(position.frontierS, sweptS) - 2 * overlapS,
    sealedAtMs: context.clock.now(),
    apiNowMs: client.now(),
    onLate: seconds => context.meter.observe('tailrace_source_late_seconds', { source: context.id, stream: name }, seconds),
  })
  shared.add(fresh, { fromS: Math.min(position.frontierS, sweptS) - overlapS, toS: part.toS })
  reading.position = after
  return { events: fresh, position: encodePosition(after, client.organization), sealed: [row], unreadable: pieces.fresh(part.unreadable) }
}
