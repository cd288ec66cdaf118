import { expect, test } from 'vitest'
import { contextWith, START_MS } from '../../test/support/journals.ts'
import type { Position } from '../core/batch.ts'
import type { ListClient } from './client.ts'
import { Collected } from './collected.ts'
import { type Drained, type Window, WindowTooLargeError } from './drained.ts'
import { parsePage } from './page.ts'
import { handOut } from './past.ts'
import { segmentListed } from './position.ts'
import { type ListLimits, ListStream, type Past, type Reading } from './stream.ts'

const OVERLAP_S = 60

/** Everything of the past at once, and nothing in it. */
const emptyPast = (reading: Reading): Past<Drained> => ({
  head: () => {
    const [segment] = reading.position.segments
    return segment && Promise.resolve({ fromS: segment.nextS, toS: segment.endS, events: [], unreadable: [], duplicates: 0 })
  },
  hand: part => handOut(reading, part, segmentListed(reading.position, part.toS)),
  atRest: async () => {},
})
const pastThatWaits = (): Past<Drained> => ({
  head: () => new Promise<Drained>(() => {}),
  hand: () => ({ events: [], position: undefined }),
  atRest: async () => {},
})

const never = (): boolean => false
const isSweep = ({ isEnough }: ListLimits) => isEnough === undefined

/** A stream over an API that lists one event, of the last second, whatever it is asked for, read for so long. */
async function live(
  ms: number,
  {
    past = emptyPast,
    from = undefined as Position | undefined,
    isTooLarge = never as (limits: ListLimits) => boolean,
    startMs = undefined as number | undefined,
  } = {},
) {
  const { clock, ...others } = contextWith()
  const client: Partial<ListClient> = { now: () => clock.now(), askForTime: async () => {}, untilDone: work => work() }
  const sweeps: Window[] = []
  let shared: Reading | undefined
  const stream = new ListStream({
    component: 'test',
    name: 'organization',
    client: client as ListClient,
    list: async (window, limits) => {
      if (limits.isEnough === undefined) sweeps.push(window)
      if (isTooLarge(limits)) throw new WindowTooLargeError(window.fromS)
      const collected = new Collected()
      const body = JSON.stringify({ data: [{ id: `e${window.toS}`, at: window.toS - 1 }] })
      collected.add(parsePage(Buffer.from(body), { component: 'test', timeField: 'at' }))
      return collected
    },
    past: reading => {
      shared = reading
      return past(reading)
    },
    start: () => startMs,
    overlapS: OVERLAP_S,
    pollIntervalMs: 15_000,
    sweepIntervalMs: 60_000,
    context: { ...others, id: 'acme', clock, report: () => {} },
  })
  const stop = new AbortController()
  let events = 0
  const done = (async () => {
    for await (const batch of stream.read(from, { ids: () => [] }, stop.signal)) events += batch.events.length
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await clock.advance(ms)
  stop.abort()
  await done
  return { events, sweeps, known: shared!.known, said: others.said }
}

// Goal: invariant 5. A source that runs for months knows the ids of twice the overlap, not all that it has read.
test.each([
  ['', never],
  [', also where no sweep holds what it lists', isSweep],
])('what no listing can bring again is forgotten%s', async (_, isTooLarge) => {
  const { events, known } = await live(2 * 3_600_000, { isTooLarge })
  expect(events).toBeGreaterThan(300)
  expect(known.size).toBeLessThan(20)
})

test('a sweep that is too large does not count for what the past has still open', async () => {
  const nowS = START_MS / 1000
  const from = { start: 0, frontier: nowS, segments: [[nowS - 200, nowS - 10, nowS - 200]] }
  const { sweeps } = await live(70_000, { from, isTooLarge: isSweep, past: pastThatWaits })
  expect(sweeps.map(({ fromS }) => fromS)).toEqual([nowS - 75 - OVERLAP_S, nowS - 75 - OVERLAP_S])
})

const BEGINS = 'no position in the journal: reading begins at 2026-01-01T00:00:00.000Z'
test.each([
  [1, undefined, ['sources.acme.start is in the future, 2026-01-01T00:00:00.001Z; reading begins now', BEGINS]],
  [0, undefined, [BEGINS]],
  [1, { start: 0, frontier: START_MS / 1000, segments: [] }, []],
])('a start %d ms ahead, where the position is %j, is told with %j', async (aheadMs, from, told) => {
  const { said, events } = await live(16_000, { startMs: START_MS + aheadMs, from })
  expect(said).toEqual(told)
  expect(events).toBeGreaterThan(0)
})
