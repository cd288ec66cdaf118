import type { Batch, Position } from '../core/batch.ts'
import type { ComponentContext } from '../core/context.ts'
import type { EventHistory, ReadBounds, SourceStream } from '../core/source.ts'
import type { ListClient } from './client.ts'
import type { Listed } from './collected.ts'
import { type Drained, inBatches, type Window } from './drained.ts'
import { KnownIds } from './known_ids.ts'
import { KnownPieces } from './known_pieces.ts'
import { LiveTail, type Poll } from './live_tail.ts'
import type { Page } from './page.ts'
import {
  asPolled,
  caughtUpLater,
  decodePosition,
  encodePosition,
  firstPosition,
  listedAgain,
  organizationOf,
  type StreamPosition,
  secondsToList,
} from './position.ts'
import { SharedEvents } from './shared_events.ts'

/** The most events of one journal append. */
const BATCH_EVENTS_MAX = 5000

export interface ListLimits {
  /** The most events that one window may hold in memory. */
  readonly windowEventsMax: number
  /** True ends a listing that is newest first after this page: everything older is known. */
  readonly isEnough?: ((page: Page) => boolean) | undefined
}

/** What of the past is still to be listed: the segments of the position, one after the other. */
export interface Past<W> {
  /** The next part that is not handed out, the same one until `hand`; undefined when nothing of the past is left. */
  head(signal: AbortSignal): Promise<W> | undefined
  /** The batch of the part that `head` gave: its events, its row of the ledger, and the position after it. */
  hand(part: W): Batch
  /** Resolves when nothing of it is under way any more, once the scope has ended (invariant 7). */
  atRest(): Promise<void>
}

export interface StreamOptions<W = Drained> {
  /** Prefix of the error codes. */
  readonly component: string
  readonly name: string
  readonly client: ListClient
  /**
   * Everything the API lists in one window; asks as often as it takes. Rejects with `WindowTooLargeError`, or with
   * `RetryableError` when the API contradicts itself.
   */
  readonly list: (window: Window, limits: ListLimits, signal: AbortSignal) => Promise<Listed>
  readonly past: (reading: Reading) => Past<W>
  /** Where a stream without a position starts, in ms since 1970, by the API's time; undefined: now. */
  readonly start: (nowMs: number) => number | undefined
  readonly overlapS: number
  readonly pollIntervalMs: number
  readonly sweepIntervalMs: number
  readonly context: ComponentContext
}

/** What one reading of a stream shares between its live tail and its past. */
export interface Reading {
  readonly options: Omit<StreamOptions, 'past'>
  readonly known: KnownIds
  readonly shared: SharedEvents
  readonly pieces: KnownPieces
  position: StreamPosition
  /** Up to when, at the least, the whole overlap has been listed: what was late by then is known. In seconds since 1970. */
  sweptS: number
  /** The first sweep leaves out what lies before it, which nobody had listed when this reading began; undefined after that sweep. */
  unlistedToS: number | undefined
}

/** One list of the log: the live tail, and at the same time whatever of the past is still to be listed. */
export class ListStream<W> implements SourceStream {
  readonly name: string
  readonly #options: StreamOptions<W>

  constructor(options: StreamOptions<W>) {
    this.name = options.name
    this.#options = options
  }

  async *read(from: Position | undefined, history: EventHistory, signal: AbortSignal, bounds: ReadBounds = {}): AsyncGenerator<Batch> {
    const ended = new AbortController()
    const scope = AbortSignal.any([signal, ended.signal])
    const untilS = bounds.untilMs === undefined ? undefined : Math.ceil(bounds.untilMs / 1000)
    const { position, unlistedToS } = await this.#open(from, bounds, untilS, scope)
    const { client, overlapS } = this.#options
    const sweptS = this.#sweptBefore(asPolled(position, client.now()))
    // As old as the saved frontier, not as the clock here: where that is behind, the first sweep by the API's time would forget them.
    const known = KnownIds.load(history, position, sweptS - 2 * overlapS)
    const [shared, pieces] = [new SharedEvents(), new KnownPieces(history)]
    const reading: Reading = { options: this.#options, known, shared, pieces, position, sweptS, unlistedToS }
    const past = this.#options.past(reading)
    const tail = new LiveTail(reading, untilS, from === undefined && untilS !== undefined)
    const { meter, id } = this.#options.context
    try {
      // With nothing to list, where it began is all that a finite run leaves to the next one.
      if (from === undefined && untilS !== undefined && position.segments.length === 0)
        yield { events: [], position: encodePosition(position, client.organization) }
      while (true) {
        meter.set('tailrace_source_backfill_seconds', { source: id, stream: this.name }, secondsToList(reading.position))
        const window = past.head(scope)
        const poll = tail.next(scope)
        if (window === undefined && poll === undefined) return
        // The poll first: a past that is always ready must not keep the present waiting.
        const ready: Promise<{ readonly poll?: Poll; readonly window?: W }>[] = []
        if (poll !== undefined) ready.push(poll.then(listed => ({ poll: listed })))
        if (window !== undefined) ready.push(window.then(listed => ({ window: listed })))
        const first = await Promise.race(ready)
        yield* inBatches(first.poll ? tail.hand(first.poll) : past.hand(first.window!), BATCH_EVENTS_MAX)
      }
    } finally {
      ended.abort()
      await Promise.all([past.atRest(), tail.atRest()])
    }
  }

  /** Up to when another life has listed the whole overlap. Its intervals may have been longer, and a position may not say it. */
  #sweptBefore({ frontierS, sweptS = frontierS }: StreamPosition): number {
    const { sweepIntervalMs, pollIntervalMs } = this.#options
    return Math.min(sweptS, frontierS - Math.ceil((sweepIntervalMs + pollIntervalMs) / 1000))
  }

  /** The position to go on from. A standstill longer than the overlap is caught up in windows, like a backfill. */
  async #open(from: Position | undefined, bounds: ReadBounds, untilS: number | undefined, signal: AbortSignal): Promise<Opened> {
    const { client, start, overlapS, context, name, component } = this.#options
    // Whatever is asked for: nobody has listed what happens in a second that is still to come.
    const nowS = () => Math.min(untilS ?? Number.POSITIVE_INFINITY, Math.floor(client.now() / 1000) + (untilS === undefined ? 0 : 1))
    if (from !== undefined) {
      const position = decodePosition(from, component, `${context.id}/${name}`)
      client.organization = organizationOf(from) ?? client.organization
      if (nowS() - position.frontierS <= overlapS) return { position, unlistedToS: undefined }
      await client.askForTime(signal) // No window may end after the API's own time.
      const lateFromS = this.#sweptBefore(position) - overlapS
      return opened(caughtUpLater(listedAgain(position, lateFromS), lateFromS, Math.max(position.frontierS, nowS())))
    }
    await client.askForTime(signal)
    const wantedMs = (bounds.from ?? start)(client.now())
    if (wantedMs !== undefined && wantedMs > client.now()) {
      const at = new Date(wantedMs).toISOString()
      context.logger.warn(`sources.${context.id}.start is in the future, ${at}; reading begins now`, { stream: name })
    }
    const beginS = wantedMs === undefined ? nowS() : Math.min(nowS(), Math.floor(wantedMs / 1000))
    context.logger.info(`no position in the journal: reading begins at ${new Date(beginS * 1000).toISOString()}`, { stream: name })
    return opened(firstPosition(beginS, nowS()))
  }
}

type Opened = Pick<Reading, 'position' | 'unlistedToS'>

/** For a position whose last segment nobody has listed yet. */
function opened(position: StreamPosition): Opened {
  return { position, unlistedToS: position.segments.at(-1)?.endS }
}
