import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogEvent } from '../../core/event.ts'
import type { Drained, Window } from '../../paging/drained.ts'
import { Backfill } from './backfill.ts'

const MIB = 2 ** 20
const TEXT = 'x'.repeat(1000)
const EVENT = new LogEvent({ source: 'a', stream: 's', id: 'e', timeMs: 0, receivedMs: 0, text: TEXT })
const never = new AbortController().signal

interface Api {
  /** Events in the second. */
  readonly density: (second: number) => number
  /** Turns of the event loop that a window takes. */
  readonly turns: () => number
}

/** A segment of so many seconds over an API that lists each window by the events of its seconds. */
function stage({ density, turns }: Api, seconds: number, { concurrency = 32, pageEvents = 100 } = {}) {
  const fetched = { bytes: 0, longest: 0, atOnce: 0, turns: 0, drains: [] as (Window & { eventsMax: number })[] }
  let fetching = 0
  const drain = async ({ fromS, toS }: Window, eventsMax: number): Promise<Drained> => {
    fetched.drains.push({ fromS, toS, eventsMax })
    let count = 0
    let from = toS
    while (from > fromS && (count + density(from - 1) <= eventsMax || from === toS)) count += density(--from)
    fetched.atOnce = Math.max(fetched.atOnce, ++fetching)
    for (let left = turns(); left > 0; left--) await turn()
    fetching--
    fetched.bytes += count * TEXT.length
    fetched.longest = Math.max(fetched.longest, count)
    return { fromS: from, toS, events: Array.from({ length: count }, () => EVENT), unreadable: [], duplicates: 0 }
  }
  const segment = { nextS: 0, endS: seconds, lateBeforeS: 0 }
  const nowMs = () => 100 * fetched.drains.length // Whoever waits has waited long.
  return { fetched, backfill: new Backfill({ segment, pageEvents, drain, concurrency: () => concurrency, nowMs }) }
}

async function takeOne(backfill: Backfill): Promise<Drained | undefined> {
  const window = await backfill.head(never)
  backfill.take()
  return window
}

async function takeAll(backfill: Backfill): Promise<readonly Drained[]> {
  const taken: Drained[] = []
  for (let head = backfill.head(never); head !== undefined; head = backfill.head(never)) {
    const window = await head
    backfill.take()
    taken.push(window)
  }
  return taken
}

// Goal: whatever the density and whichever fetch is done first, every second is handed out once, oldest first.
test('windows follow each other without a gap', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(400), { minLength: 1, maxLength: 24 }), fc.infiniteStream(fc.nat(3)), async (hours, pace) => {
      const density = (second: number) => (second % 10 === 0 ? hours[Math.floor(second / 3600)]! : 0)
      const seconds = hours.length * 3600
      const { backfill } = stage({ density, turns: () => pace.next().value ?? 0 }, seconds)
      const windows = await takeAll(backfill)
      const ends = windows.map(({ toS }) => toS)
      expect(windows.map(({ fromS }) => fromS)).toEqual([0, ...ends.slice(0, -1)])
      expect(ends.at(-1)).toBe(seconds)
      const events = windows.reduce((sum, window) => sum + window.events.length, 0)
      expect(events).toBe(hours.reduce((sum, count) => sum + 360 * count, 0))
    }),
    { numRuns: 30 },
  )
})

// Goal: invariant 5. Who takes nothing for an hour finds no more in memory than may wait.
test.each([
  [32, 100],
  [256, 100],
  [32, 1000],
])('%i windows at once of pages of %i hold no more text ahead than may wait', async (concurrency, pageEvents) => {
  const { backfill, fetched } = stage({ density: () => 1, turns: () => 1 }, 10 * 86_400, { concurrency, pageEvents })
  for (let takes = 0; takes < 40; takes++) await takeOne(backfill) // It knows the density by now, and was always waited for.
  const takenBytes = fetched.bytes
  for (let turns = 0; turns < 2000; turns++) {
    void backfill.head(never)
    await turn()
  }
  expect(fetched.bytes - takenBytes).toBeLessThan(16 * MIB)
  expect(fetched.longest).toBeLessThanOrEqual(Math.max(1000, 2 * pageEvents))
})

test('a window that is waited for is fetched though it is larger than what may wait', async () => {
  const { backfill, fetched } = stage({ density: () => 1, turns: () => 1 }, 86_400, { pageEvents: 20_000 })
  await takeAll(backfill)
  expect(fetched.longest).toBeGreaterThan((16 * MIB) / TEXT.length)
})

// Goal: who waits for a window that is cut waits for none of the later ones.
test('the parts of a window are listed before later windows', async () => {
  const { backfill, fetched } = stage({ density: () => 1, turns: () => 1 }, 86_400, { concurrency: 1 })
  await takeAll(backfill)
  const starts = fetched.drains.map(({ fromS }) => fromS)
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  expect(new Set(starts).size).toBeLessThan(starts.length)
})

// Goal: invariant 5. Windows that were planned when little happened, and hold a thousand times as much.
test.each([
  [64, 100],
  [64, 1000],
  [256, 100],
])('a burst, %i windows at once of pages of %i', async (concurrency, pageEvents) => {
  const burstS = 5 * 86_400
  const density = (second: number) => (second < burstS ? (second % 100 === 0 ? 1 : 0) : 10)
  const { backfill, fetched } = stage({ density, turns: () => 1 }, burstS + 86_400, { concurrency, pageEvents })
  let takenBytes = 0
  let aheadBytes = 0
  for (let window = await takeOne(backfill); window !== undefined; window = await takeOne(backfill)) {
    takenBytes += window.events.length * TEXT.length
    for (let turns = 0; window.toS > burstS && turns < 3; turns++) {
      void backfill.head(never)
      await turn()
    }
    aheadBytes = Math.max(aheadBytes, fetched.bytes - takenBytes)
  }
  expect(takenBytes).toBe(fetched.bytes)
  expect(fetched.bytes).toBeGreaterThan(800 * MIB)
  expect(aheadBytes).toBeLessThan(64 * MIB)
})

/** Events of each window, once the density is known. */
async function lengthsOf(concurrency: number): Promise<readonly number[]> {
  const { backfill } = stage({ density: () => 1, turns: () => 0 }, 2 * 86_400, { concurrency })
  const windows = await takeAll(backfill)
  return windows.slice(windows.length >> 2).map(({ events }) => events.length)
}

test('with many windows at once each is shorter, but never less than a page', async () => {
  const long = await lengthsOf(32)
  expect(Math.min(...long.slice(0, long.length >> 1))).toBeGreaterThanOrEqual(250)
  expect(Math.max(...long)).toBeLessThan(300)
  const short = (await lengthsOf(256)).slice(0, -1)
  expect(Math.max(...short)).toBeLessThan(150)
  expect(Math.min(...short)).toBeGreaterThanOrEqual(100)
})

test('near the end windows become shorter, down to a page, so that all that are fetched at once end together', async () => {
  const lengths = (await lengthsOf(32)).slice(0, -1)
  expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
  expect(lengths.at(-1)).toBe(100)
  expect(lengths.slice(-15)).toEqual(Array.from({ length: 15 }, () => 100))
})

// Goal: with an API that takes its time, whoever waits does not wait for the memory ahead to grow window by window.
test('while the head is waited for, as many windows are fetched at once as may be', async () => {
  const { backfill, fetched } = stage({ density: () => 1, turns: () => 50 }, 10 * 86_400)
  for (let takes = 0; takes < 8; takes++) await takeOne(backfill)
  expect(fetched.atOnce).toBe(32)
})

// Goal: a start long before the first event. What is guessed over nothing must not become the length of windows over events.
test('while no events have come few windows are guessed, and one that is too long is cut after its first page', async () => {
  const silentS = 20 * 3600
  const { backfill, fetched } = stage({ density: second => (second < silentS ? 0 : 1), turns: () => 3 }, 10 * 86_400)
  const windows = await takeAll(backfill)
  const guessed = fetched.drains.filter(({ eventsMax }) => eventsMax === 99)
  const tooLong = guessed.filter(({ toS }) => toS > silentS)
  expect(tooLong.length).toBeGreaterThan(0)
  expect(tooLong.length).toBeLessThanOrEqual(4)
  const first = windows.findIndex(({ events }) => events.length > 0)
  expect(Math.max(...windows.slice(first).map(({ fromS, toS }) => toS - fromS))).toBeLessThan(800)
})

test('at rest means that no fetch is under way any more (invariant 7)', async () => {
  const fetch = Promise.withResolvers<void>()
  const drain = async (window: Window): Promise<Drained> => {
    await fetch.promise
    return { ...window, events: [], unreadable: [], duplicates: 0 }
  }
  const segment = { nextS: 0, endS: 10, lateBeforeS: 0 }
  const backfill = new Backfill({ segment, pageEvents: 100, drain, concurrency: () => 4, nowMs: () => 0 })
  void backfill.head(never)
  let isAtRest = false
  const rest = backfill.atRest().then(() => {
    isAtRest = true
  })
  await turn()
  expect(isAtRest).toBe(false)
  fetch.resolve()
  await rest
})
