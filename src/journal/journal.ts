import type { Batch, Position, SealedWindow } from '../core/batch.ts'
import type { LogEvent } from '../core/event.ts'
import type { EventHistory } from '../core/source.ts'

/** One stream of one source: `acme` and `organization`. */
export interface StreamKey {
  readonly source: string
  readonly stream: string
}

export interface ReadOptions {
  /** Only events of these sources; every source when undefined. */
  readonly sources?: readonly string[] | undefined
  /** The most events of one batch. */
  readonly batchEventsMax: number
  /** Once aborted, the reading ends at the head instead of waiting for more. */
  readonly endAtHead: AbortSignal
}

/** What a sink has still to deliver. */
export interface Backlog {
  readonly events: number
  /** Bytes of the events' text. */
  readonly bytes: number
  /** Time of receipt of the oldest, in ms since 1970; undefined when none waits. */
  readonly oldestReceivedMs: number | undefined
}

/** An event, or a piece that can be none, that was refused for good. */
export interface DeadLetter {
  readonly id: string
  /** The sink that could not deliver it, or the source that could not read it. */
  readonly component: string
  readonly eventId: string
  readonly source: string
  readonly stream: string
  readonly reason: string
  readonly atMs: number
  readonly timeMs: number
  readonly receivedMs: number
  /** The raw text, byte for byte. */
  readonly text: string
}

export interface LedgerRow extends SealedWindow, StreamKey {}

/**
 * Durable, ordered storage of events between the sources and the sinks.
 *
 * Written for one process at a time. Positions are the implementation's own and mean nothing elsewhere.
 * Every promise resolves when the change is durable: it survives a kill -9 and a power cut.
 */
export interface Journal extends AsyncDisposable {
  /**
   * Adds a batch in one transaction: events, unreadable pieces (as dead letters of the source), sealed
   * windows, and the position of the stream. Waits while the backlog of the slowest sink is at the budget
   * or the disk is full (see `paused`); that wait is the source's backpressure.
   */
  append(key: StreamKey, batch: Batch, signal: AbortSignal): Promise<void>
  streamPosition(key: StreamKey): Promise<Position | undefined>
  saveStreamPosition(key: StreamKey, position: Position | undefined): Promise<void>
  history(key: StreamKey): EventHistory

  /** Batches after `from`, from the oldest retained event when undefined; waits at the head for more. */
  read(from: Position | undefined, options: ReadOptions, signal: AbortSignal): AsyncIterable<Batch<LogEvent>>
  /** The position behind the newest event. */
  head(): Promise<Position>
  /** The position of the oldest event received at or after `receivedMs`. */
  positionAt(receivedMs: number): Promise<Position>
  sinkPosition(sink: string): Promise<Position | undefined>
  saveSinkPosition(sink: string, position: Position | undefined): Promise<void>
  backlog(sink: string): Promise<Backlog>

  addDeadLetters(letters: readonly Omit<DeadLetter, 'id'>[]): Promise<void>
  deadLetters(filter: { component?: string | undefined; limit: number }): Promise<readonly DeadLetter[]>
  deadLetter(id: string): Promise<DeadLetter | undefined>
  dropDeadLetters(ids: readonly string[]): Promise<number>

  ledger(key: StreamKey, range: { fromS: number; toS: number }): AsyncIterable<LedgerRow>
  /** Looks one event up by its id: a scan, bounded by what is retained. */
  find(eventId: string): Promise<LogEvent | undefined>
  /** Retained events whose own time is in [fromMs, toMs), in the order of receipt. */
  range(filter: { fromMs: number; toMs: number; sources?: readonly string[] | undefined }): AsyncIterable<LogEvent>
  streams(): Promise<readonly StreamKey[]>
  sinks(): Promise<readonly string[]>
  /** Why nothing is appended now, if so: at the budget, or no room on the disk. */
  readonly paused: string | undefined
  stats(): Promise<{ readonly diskBytes: number; readonly events: number; readonly oldestReceivedMs: number | undefined }>
}
