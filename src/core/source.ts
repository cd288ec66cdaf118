import type { Batch, Position } from './batch.ts'

/** What the journal remembers of one stream, for a source that removes repeats. */
export interface EventHistory {
  /** Ids of the events whose time is in [fromMs, toMs), in no order. At least the last 24 hours are remembered. */
  ids(fromMs: number, toMs: number): Iterable<string>
  /** Texts of those of the stream's dead letters that are no events, the newest first. */
  unreadable?(): Iterable<string>
}

/** What one run is limited to. */
export interface ReadBounds {
  /** Where a stream without a position starts, instead of at its configured start: ms since 1970, as a function of the API's now. */
  readonly from?: ((nowMs: number) => number) | undefined
  /**
   * Where reading ends, in ms since 1970: the stream returns once everything before it has been listed and
   * handed out, instead of following what is new.
   */
  readonly untilMs?: number | undefined
}

/** One list of events, with a position of its own. */
export interface SourceStream {
  /** One string everywhere: `organization`, `tenant`. */
  readonly name: string
  /**
   * Yields batches in order, starting after `from` (at the configured start when undefined). Pulling the
   * next batch is the only backpressure; a batch is durable when the next one is pulled. Ends early on
   * `signal`, by returning or by throwing the abort. Retries its own requests and reports that through
   * its context; when it throws, it is called again with the saved position, unless it threw a
   * `FatalError`. Never called while an earlier reading goes on. Counts nothing that its batches tell
   * (events, unreadable pieces, repeats and late events): that is done where they are journaled.
   */
  read(from: Position | undefined, history: EventHistory, signal: AbortSignal, bounds?: ReadBounds): AsyncIterable<Batch>
}

/** Where events come from. */
export interface Source extends AsyncDisposable {
  readonly streams: readonly SourceStream[]
  /** Resolves when the API answers and lets us in; otherwise throws what is wrong and what to do. */
  check(signal: AbortSignal): Promise<void>
}
