import type { Batch, SealedWindow } from '../core/batch.ts'
import type { LogEvent } from '../core/event.ts'
import type { Listed } from './collected.ts'
import { type Drained, drained, seal, splitAt, type Window, WindowTooLargeError } from './drained.ts'
import type { Page } from './page.ts'
import { asPolled, caughtUpLater, encodePosition } from './position.ts'
import type { Reading } from './stream.ts'

/** New events of one poll; more are caught up in windows. */
const POLL_EVENTS_MAX = 20_000

/** What one poll listed. */
export interface Poll {
  /** Undefined: there was more than one poll can hold. */
  readonly drained: Drained | undefined
  /** Nothing of a later second was listed whole. */
  readonly toS: number
  readonly isSweep: boolean
}

/**
 * Lists what is new at every poll interval: from now back to the overlap before the frontier, or to the first page that is
 * wholly known and wholly before the frontier. Such a page may hide late events behind it, so every sweep interval a poll is
 * a sweep: it lists all of the overlap before the last sweep, and what has come since. A sweep lists also what the past has
 * still to list there, for an event may come late to a part that the past has listed and not handed out yet.
 *
 * The ledger rows of the polls follow on each other without a gap; a sweep adds a row for what it listed again.
 */
export class LiveTail {
  readonly #reading: Reading
  readonly #untilS: number | undefined
  #nextPollMs: number
  #nextSweepMs: number
  #polling: Promise<Poll> | undefined
  #done: boolean

  /** With `untilS` it polls once, up to there; with `isDone`, never. */
  constructor(reading: Reading, untilS: number | undefined, isDone: boolean) {
    this.#reading = reading
    this.#untilS = untilS
    this.#done = isDone
    this.#nextPollMs = reading.options.context.clock.elapsed()
    this.#nextSweepMs = this.#nextPollMs
  }

  /** The poll that is under way or waits for its time; undefined when there is none to come. */
  next(signal: AbortSignal): Promise<Poll> | undefined {
    if (this.#done) return undefined
    if (this.#polling === undefined) {
      this.#polling = this.#pollWhenDue(signal)
      this.#polling.catch(() => {}) // Heard of when it is awaited; until then it must not count as unhandled.
    }
    return this.#polling
  }

  /** Resolves when no poll is under way any more, once the scope has ended (invariant 7). */
  async atRest(): Promise<void> {
    await Promise.allSettled([this.#polling])
  }

  /** The batch of a poll that `next` gave. */
  hand({ drained: window, toS, isSweep }: Poll): Batch {
    this.#polling = undefined
    this.#done = this.#untilS !== undefined
    return window === undefined ? this.#leaveToPast(toS) : this.#seal(window, toS, isSweep)
  }

  /** More than one poll can hold is listed in windows, like a backfill. */
  #leaveToPast(toS: number): Batch {
    const { options, position, sweptS } = this.#reading
    this.#reading.position = caughtUpLater(position, Math.min(position.frontierS, sweptS) - options.overlapS, toS)
    // The new segment leaves out what the past has still open, so the next sweep reaches as far back as this one.
    const listedToS = position.segments.length === 0 ? toS : (this.#reading.unlistedToS ?? sweptS)
    this.#swept(Math.min(toS, listedToS))
    return { events: [], position: encodePosition(this.#reading.position, options.client.organization) }
  }

  #seal(window: Drained, toS: number, isSweep: boolean): Batch {
    const { options, position } = this.#reading
    const { context, name, client } = options
    const frontierS = Math.max(position.frontierS, toS)
    const parts = isSweep && window.fromS < position.frontierS ? splitAt(window, position.frontierS) : [window]
    const events: LogEvent[] = []
    const sealed: SealedWindow[] = []
    for (const part of parts) {
      const isAgain = parts.length > 1 && part === parts[0]
      const { fresh, row } = seal(part, {
        known: this.#reading.known,
        shared: this.#reading.shared,
        sealed: isAgain ? { fromS: part.fromS, toS: position.frontierS } : { fromS: position.frontierS, toS: frontierS },
        lateFromS: position.segments.at(-1)?.endS,
        lateBeforeS: position.frontierS,
        rememberFromS: 0,
        sealedAtMs: context.clock.now(),
        apiNowMs: client.now(),
        onLate: seconds => context.meter.observe('tailrace_source_late_seconds', { source: context.id, stream: name }, seconds),
      })
      for (const event of fresh) events.push(event)
      if (row.toS > row.fromS || row.events > 0) sealed.push(row)
    }
    this.#reading.shared.add(events, { fromS: position.segments[0]?.nextS ?? 0, toS: position.segments.at(-1)?.endS ?? 0 })
    this.#reading.position = { ...position, frontierS }
    if (isSweep) this.#swept(Math.min(toS, this.#reading.unlistedToS ?? toS))
    context.meter.set('tailrace_source_frontier_seconds', { source: context.id, stream: name }, frontierS)
    const after = encodePosition(this.#reading.position, client.organization)
    return { events, position: after, sealed, unreadable: this.#reading.pieces.fresh(window.unreadable) }
  }

  /** The whole overlap is listed up to there, or will be. */
  #swept(toS: number): void {
    const { options, known, shared } = this.#reading
    this.#reading.sweptS = toS
    this.#reading.position = { ...this.#reading.position, sweptS: toS }
    this.#reading.unlistedToS = undefined
    const position = asPolled(this.#reading.position, options.client.now())
    known.forget({ ...position, frontierS: Math.min(position.frontierS, toS) }, options.overlapS) // The next sweep reaches back from there.
    shared.forget(position.segments)
  }

  async #pollWhenDue(signal: AbortSignal): Promise<Poll> {
    const { context, pollIntervalMs, sweepIntervalMs, client } = this.#reading.options
    await context.clock.sleep(Math.max(0, this.#nextPollMs - context.clock.elapsed()), signal)
    const startedMs = context.clock.elapsed()
    const isSweep = startedMs >= this.#nextSweepMs
    this.#nextPollMs = startedMs + pollIntervalMs
    if (isSweep) this.#nextSweepMs = startedMs + sweepIntervalMs
    return client.untilDone(() => this.#poll(isSweep, signal), signal)
  }

  async #poll(isSweep: boolean, signal: AbortSignal): Promise<Poll> {
    const { options, position, sweptS, unlistedToS = position.startS } = this.#reading
    const { context, name, client, overlapS } = options
    const pastToS = position.segments.at(-1)?.endS ?? position.startS
    const frontierS = asPolled(position, client.now()).frontierS
    const sinceS = isSweep ? Math.min(frontierS, sweptS) : frontierS
    const fromS = Math.max(position.startS, isSweep ? unlistedToS : pastToS, sinceS - overlapS)
    const toS = Math.max(position.frontierS, this.#untilS ?? Math.floor(client.now() / 1000))
    const window: Window = { fromS, toS: Math.max(toS, fromS + 1) }
    const isEnough = isSweep ? undefined : (page: Page) => this.#isKnown(page)
    const { clock } = context
    const askedMs = clock.elapsed()
    // What the API's clock had not passed when it was asked was not listed. It tells its time with its answers, which may come much later.
    const listedToS = () => Math.min(toS, Math.floor((client.now() - (clock.elapsed() - askedMs)) / 1000))
    let listed: Listed
    try {
      listed = await options.list(window, { windowEventsMax: POLL_EVENTS_MAX, isEnough }, signal)
    } catch (error) {
      if (error instanceof WindowTooLargeError) return { drained: undefined, toS: listedToS(), isSweep }
      throw error
    }
    const names = { source: context.id, stream: name, receivedMs: clock.now() }
    return { drained: drained(window, listed, names), toS: listedToS(), isSweep }
  }

  /** Nothing at or after the frontier may hide behind the page: a window that is not sealed may be journaled in part. */
  #isKnown({ elements, newestS }: Page): boolean {
    const { known, position } = this.#reading
    return newestS !== undefined && newestS < position.frontierS && elements.every(({ id }) => id !== undefined && known.has(id))
  }
}
