import type { Batch, SealedWindow, Unreadable } from '../core/batch.ts'
import type { LogEvent } from '../core/event.ts'
import { hasOwnTime, receivedEvent } from '../record/received.ts'
import { detached } from '../toolkit/detached.ts'
import type { Listed } from './collected.ts'
import { digestOf } from './digest.ts'
import type { KnownIds } from './known_ids.ts'
import type { SharedEvents } from './shared_events.ts'

/** Seconds since 1970: from, included, to, excluded. */
export interface Window {
  readonly fromS: number
  readonly toS: number
}

/** More events than a window may hold in memory. */
export class WindowTooLargeError extends Error {
  /** From this second on the window has been listed whole. */
  readonly wholeFromS: number

  constructor(wholeFromS: number) {
    super('the window has too many events')
    this.wholeFromS = wholeFromS
  }
}

/** Everything of one window, oldest first. */
export interface Drained extends Window {
  readonly events: readonly LogEvent[]
  readonly unreadable: readonly Unreadable[]
  readonly duplicates: number
  /** Its answers held more than these events. */
  readonly isPart?: true
}

export function drained(window: Window, listed: Listed, names: { source: string; stream: string; receivedMs: number }): Drained {
  const { elements, unreadable, order, duplicates, isPart } = listed
  // Listed newest first: of two events of one second the one listed later is the older.
  const events: LogEvent[] = []
  for (const { text, body } of order === 'oldest first' ? elements : elements.toReversed())
    events.push(receivedEvent({ ...names, text, body }))
  events.sort(byTime)
  return { ...window, events, unreadable, duplicates, ...(isPart && { isPart }) }
}

const byTime = (a: LogEvent, b: LogEvent) => a.timeMs - b.timeMs

/** The part before `atS`, and the rest, which has all that is unreadable and all duplicates. */
export function splitAt(window: Drained, atS: number): readonly [Drained, Drained] {
  const first = window.events.findIndex(({ timeMs }) => timeMs >= atS * 1000)
  const count = first === -1 ? window.events.length : first
  return [
    { fromS: window.fromS, toS: atS, events: window.events.slice(0, count), unreadable: [], duplicates: 0, isPart: true },
    { ...window, fromS: atS, events: window.events.slice(count), isPart: true },
  ]
}

export interface SealOptions {
  readonly known: KnownIds
  readonly shared: SharedEvents
  /** The window that the row speaks for. Events outside it were listed with it. */
  readonly sealed: Window
  /** New events before it do not count as late: the past is still to be listed there. */
  readonly lateFromS?: number | undefined
  /** New events before it are late. */
  readonly lateBeforeS: number
  /** Ids of events from here on, and of events outside the window, are remembered: other windows may list them again. */
  readonly rememberFromS: number
  readonly sealedAtMs: number
  /** The API's time, by which it dates events. */
  readonly apiNowMs: number
  readonly onLate: (seconds: number) => void
}

/** The new events of a window, and its row of the ledger. Marks the events as known. */
export function seal(window: Drained, options: SealOptions): { fresh: readonly LogEvent[]; row: SealedWindow } {
  const { known, sealed, sealedAtMs, apiNowMs, lateFromS = Number.NEGATIVE_INFINITY } = options
  const fresh: LogEvent[] = []
  let late = 0
  // What was known before this window; an id that comes twice here with two texts is two events.
  const repeated = new Set<string>()
  for (const { id } of window.events) if (known.has(id)) repeated.add(id)
  const sharesAnswer = window.isPart === true || repeated.size > 0
  for (const event of window.events) {
    const timeS = event.timeMs / 1000
    // Again for a repeat: a record without a time is as old as its last listing.
    if (timeS >= options.rememberFromS || timeS < sealed.fromS || timeS >= sealed.toS) known.add(event.id, timeS)
    if (repeated.has(event.id)) continue
    fresh.push(sharesAnswer ? detached(event) : event)
    if (timeS >= options.lateBeforeS || timeS < lateFromS) continue
    late++
    options.onLate(Math.max(0, apiNowMs - event.timeMs) / 1000)
  }
  const row = {
    ...sealed,
    sealedAtMs,
    events: fresh.length,
    repeats: window.events.length - fresh.length + window.duplicates,
    late,
    digest: digestOf([...idsWithin(sealed, window.events), ...options.shared.within(sealed)]),
  }
  return { fresh, row }
}

function idsWithin({ fromS, toS }: Window, events: readonly LogEvent[]): string[] {
  const ids: string[] = []
  for (const event of events) {
    const { id, timeMs } = event
    if (timeMs >= fromS * 1000 && timeMs < toS * 1000 && hasOwnTime(event)) ids.push(id)
  }
  return ids
}

/** The batches of a window: the last one carries the position and what was sealed. */
export function* inBatches(last: Batch, batchEventsMax: number): Generator<Batch> {
  const { events } = last
  let start = 0
  for (; events.length - start > batchEventsMax; start += batchEventsMax) {
    yield { events: events.slice(start, start + batchEventsMax), position: undefined }
  }
  yield { ...last, events: start === 0 ? events : events.slice(start) }
}
