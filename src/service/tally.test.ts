import { expect, test } from 'vitest'
import { mapped } from '../../test/support/events.ts'
import type { MappedEvent } from '../core/mapper.ts'
import { SILENT_METER } from './meter.ts'
import { Tally } from './tally.ts'

function stage() {
  const counts = new Map<string, number>()
  const tally = new Tally({ ...SILENT_METER, add: (name, _, value) => void counts.set(name, (counts.get(name) ?? 0) + value) }, 's')
  return { tally, counts: () => Object.fromEntries(counts) }
}

const NOTHING = {
  tailrace_sink_delivered_events_total: 0,
  tailrace_sink_dead_lettered_events_total: 0,
  tailrace_sink_filtered_events_total: 0,
}

const batch = (events: readonly MappedEvent[], leftOut = 0) => ({ events, leftOut, position: undefined })

test('nothing is counted before the position is behind it, and then each event once', () => {
  const { tally, counts } = stage()
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(id => mapped(id)) as [MappedEvent, MappedEvent, MappedEvent, MappedEvent]
  tally.refused([b, d])
  tally.settled(batch([a, b], 3), false)
  expect(counts()).toEqual(NOTHING)
  tally.settled(batch([c]), true)
  const before = {
    tailrace_sink_delivered_events_total: 2,
    tailrace_sink_dead_lettered_events_total: 1,
    tailrace_sink_filtered_events_total: 3,
  }
  expect(counts()).toEqual(before)
  tally.settled(batch([d]), true)
  expect(counts()).toEqual({ ...before, tailrace_sink_dead_lettered_events_total: 2 })
})

test('every counter is there before the first event: what appears with it is no increase', () => {
  expect(stage().counts()).toEqual(NOTHING)
})
