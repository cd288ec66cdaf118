import type { Batch, Position } from '../../core/batch.ts'
import type { ComponentContext } from '../../core/context.ts'
import type { EventHistory, ReadBounds, SourceStream } from '../../core/source.ts'
import type { AuditClient } from './client.ts'
import { type Drained, inBatches } from './drained.ts'
import { firstPosition, caughtUpLater, decodePosition, type StreamPosition } from './position.ts'
import { KnownIds } from './known_ids.ts'
import { LiveTail, type Poll } from './live_tail.ts'
import { Past } from './past.ts'
import type { QueryOptions } from './query.ts'
import type { CursorDirection } from './cursor_direction.ts'
import type { WindowLimit } from './window_limit.ts'

/** The most events of one journal append. */
const BATCH_EVENTS_MAX = 5000

export interface StreamOptions {
  readonly name: string
  readonly client: AuditClient
  readonly query: QueryOptions
  /** Shared by the streams of a source. */
  readonly limit: WindowLimit
  readonly direction: CursorDirection
  /** Where a stream without a position starts, in ms since 1970; undefined: now. */
  readonly startMs: number | undefined
  readonly overlapS: number
  readonly pollIntervalMs: number
  readonly sweepIntervalMs: number
  readonly context: ComponentContext
}

/** What one reading of a stream shares between its live tail and its past. */
export interface Reading {
  readonly options: StreamOptions
  readonly known: KnownIds
  position: StreamPosition
}

/** One list of the log: the live tail, and at the same time whatever of the past is still to be listed. */
export class AuditStream implements SourceStream {
  readonly name: string
  readonly #options: StreamOptions

  constructor(options: StreamOptions) {
    this.name = options.name
    this.#options = options
  }

  async *read(from: Position | undefined, history: EventHistory, signal: AbortSignal, bounds: ReadBounds = {}): AsyncGenerator<Batch> {
    const ended = new AbortController()
    const scope = AbortSignal.any([signal, ended.signal])
    const untilS = bounds.untilMs === undefined ? undefined : Math.ceil(bounds.untilMs / 1000)
    const position = await this.#open(from, bounds, untilS, scope)
    const reading: Reading = { options: this.#options, known: KnownIds.load(history, position, this.#options.overlapS), position }
    const past = new Past(reading)
    const tail = new LiveTail(reading, untilS, from === undefined && untilS !== undefined)
    try {
      while (true) {
        const window = past.head(scope)
        const poll = tail.next(scope)
        if (window === undefined && poll === undefined) return
        // The poll first: a past that is always ready must not keep the present waiting.
        const ready: Promise<{ readonly poll?: Poll; readonly window?: Drained }>[] = []
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

  /** The position to go on from. A standstill longer than the overlap is caught up in windows, like a backfill. */
  async #open(from: Position | undefined, bounds: ReadBounds, untilS: number | undefined, signal: AbortSignal): Promise<StreamPosition> {
    const { client, startMs, overlapS, context, name } = this.#options
    const nowS = () => untilS ?? Math.floor(client.now() / 1000)
    if (from !== undefined) {
      const position = decodePosition(from, `${context.id}/${name}`)
      if (nowS() - position.frontierS <= overlapS) return position
      await client.askForTime(signal) // No window may end after the API's own time.
      return caughtUpLater(position, overlapS, Math.max(position.frontierS, nowS()))
    }
    await client.askForTime(signal)
    const wantedMs = bounds.fromMs ?? startMs
    return firstPosition(wantedMs === undefined ? nowS() : Math.min(nowS(), Math.floor(wantedMs / 1000)), nowS())
  }
}
