import type { FaultShares } from './faults.ts'
import { PURPOSE, Random } from './random.ts'

/** When an event happened, and when the API first lists it. */
export interface Moment {
  readonly happenedMs: number
  /** The same in whole seconds, as the event says it. */
  readonly effectiveAtS: number
  readonly visibleAtMs: number
}

export interface Timetable {
  readonly seed: number
  /** Where the history ends and the live events begin. */
  readonly startMs: number
  readonly historyMs: number
  readonly historyEvents: number
  readonly ratePerSecond: number
  readonly lateMaxS: number
}

/** One burst at most in so many events. */
const BURST_BLOCK_EVENTS = 2_000

/**
 * The moment of the event of that number: the history spread over its time, then live ones at their rate,
 * each within its own step and so in order. About one in eight shares the second of the one before it, and
 * with `same_second_bursts` the first of a block of events are all in one.
 */
export function momentOf(index: number, table: Timetable, shares: FaultShares): Moment {
  const random = new Random(table.seed, PURPOSE.schedule, index)
  const shift = random.next()
  const together = random.chance(0.125) && index > 0 && index !== table.historyEvents
  const lateMs = random.chance(shares.late_events ?? 0) ? lateness(random, table.lateMaxS) : 0
  const first = burstStart(index, table, shares)
  const beside = first === index && together ? index - 1 : first
  const happenedMs = slotMs(beside, beside === index ? shift : new Random(table.seed, PURPOSE.schedule, beside).next(), table)
  const effectiveAtS = Math.floor(happenedMs / 1000)
  return { happenedMs, effectiveAtS, visibleAtMs: lateMs > 0 ? effectiveAtS * 1000 + lateMs : happenedMs }
}

function slotMs(index: number, shift: number, { startMs, historyMs, historyEvents, ratePerSecond }: Timetable): number {
  if (index < historyEvents) return startMs - historyMs + ((index + shift) / historyEvents) * historyMs
  return startMs + ((index - historyEvents + shift) / ratePerSecond) * 1000
}

/** The first event of the burst that this one belongs to; the event itself where there is none. */
function burstStart(index: number, table: Timetable, shares: FaultShares): number {
  const share = shares.same_second_bursts ?? 0
  if (share === 0) return index
  const block = Math.floor(index / BURST_BLOCK_EVENTS)
  const random = new Random(table.seed, PURPOSE.schedule, -1 - block)
  const length = random.chance(share) ? random.int(120, 320) : 0
  const start = block * BURST_BLOCK_EVENTS
  if (index - start >= length) return index
  return start < table.historyEvents && index >= table.historyEvents ? table.historyEvents : start
}

/** From 1 s to the most, short ones more often: as many from 1 to 10 s as from 60 to 600 s. */
function lateness(random: Random, lateMaxS: number): number {
  return Math.ceil(Math.max(1, lateMaxS ** random.next()) * 1000)
}
