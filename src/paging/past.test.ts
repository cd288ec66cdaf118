import { expect, test } from 'vitest'
import { event } from '../../test/support/events.ts'
import { contextWith } from '../../test/support/journals.ts'
import type { ListClient } from './client.ts'
import { KnownIds } from './known_ids.ts'
import { KnownPieces } from './known_pieces.ts'
import { handOut } from './past.ts'
import { caughtUpLater, segmentListed } from './position.ts'
import { SharedEvents } from './shared_events.ts'
import type { Reading } from './stream.ts'

const OVERLAP_S = 60
const NOW_S = 100_000

/** After a standstill from `NOW_S - 10_000` on; the last sweep was half an hour before that. */
function afterStandstill(onLate: (seconds: number) => void = () => {}): Reading {
  const { clock, meter, ...others } = contextWith()
  const client: Partial<ListClient> = { now: () => NOW_S * 1000 }
  const before = { startS: 0, frontierS: NOW_S - 10_000, segments: [] }
  const observe = (_: string, __: object, seconds: number) => onLate(seconds)
  return {
    options: {
      component: 'test',
      name: 'organization',
      client: client as ListClient,
      list: async () => ({ elements: [], unreadable: [], order: undefined, duplicates: 0 }),
      start: () => undefined,
      overlapS: OVERLAP_S,
      pollIntervalMs: 15_000,
      sweepIntervalMs: 1_800_000,
      context: { ...others, id: 'acme', clock, meter: { ...meter, observe }, report: () => {} },
    },
    known: new KnownIds(),
    shared: new SharedEvents(),
    pieces: new KnownPieces({ ids: () => [] }),
    position: caughtUpLater(before, NOW_S - 11_900, NOW_S),
    sweptS: NOW_S - 1800,
    unlistedToS: undefined,
  }
}

const at = (id: string, timeS: number) => event(id, timeS * 1000)
const partOf = (reading: Reading, ...events: readonly ReturnType<typeof at>[]) => {
  const { nextS, endS } = reading.position.segments[0]!
  return handOut(reading, { fromS: nextS, toS: endS, events, unreadable: [], duplicates: 0 }, segmentListed(reading.position, endS))
}

test('what the next sweep lists again is remembered, however long ago the last one was', () => {
  const reading = afterStandstill()
  partOf(reading, at('before', NOW_S - 1800 - 3 * OVERLAP_S), at('listed again', NOW_S - 1800 - OVERLAP_S), at('new', NOW_S - 1))
  expect(['before', 'listed again', 'new'].map(id => reading.known.has(id))).toEqual([false, true, true])
})

test('of what is caught up, what came before the standstill is late', () => {
  const seconds: number[] = []
  const batch = partOf(
    afterStandstill(late => void seconds.push(late)),
    at('late', NOW_S - 10_001),
    at('in time', NOW_S - 10_000),
  )
  expect([batch.sealed![0]!.late, seconds]).toEqual([1, [10_001]])
})
