import type { Batch, Position, SealedWindow } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger, Meter, StreamKey } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import type { EventHistory } from '../core/source.ts'

export type { StreamKey }

/**
 * Ids are kept this long after receipt, also where the texts went earlier: after a restart a source asks for those of twice
 * the `overlap` (at most 12 h) before the last sweep, which is a `sweep_interval` (at most a day) ago.
 */
export const IDS_KEPT_MS = 48 * 3_600_000

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
  /** Events after its position whose text was removed: retention waits for no sink that is not configured. */
  readonly removed: number
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

export interface DeadLetterFilter {
  readonly component?: string | undefined
  readonly eventId?: string | undefined
  /** Only those after the one with this id, which may be gone. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface DeadLetterCount extends Pick<DeadLetter, 'component' | 'stream'> {
  readonly letters: number
}

export interface LedgerRow extends SealedWindow, StreamKey {}

/** What bounds a journal; only the sinks named here count for the budget and hold back the retention. */
export interface JournalLimits {
  /** Ids of the configured sinks. */
  readonly sinks: readonly string[]
  /** Bytes of event text that the slowest sink may have still to deliver; beyond it nothing is appended (`journal.max_bytes`). */
  readonly backlogBytesMax: number
  /** Texts received longer ago are removed once every configured sink has passed them. */
  readonly retentionAgeMs: number
  /** Bytes of event text kept; older ones are removed once every configured sink has passed them. */
  readonly retentionBytesMax: number
}

/** What a journal is given by the program around it. */
export interface JournalContext {
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
}

/** `events` and `oldestReceivedMs` are of those whose text is retained, `removed` counts the others. */
export interface JournalStats {
  readonly diskBytes: number
  readonly events: number
  readonly removed: number
  readonly oldestReceivedMs: number | undefined
}

/** `position` is before the event: a sink at it, or before it, has not passed the event. */
export interface FoundEvent {
  readonly event: LogEvent
  readonly position: Position
}

/**
 * The half of a journal that changes nothing. Of the SQLite journal it can be opened by itself, in a second
 * process, while a run is going on.
 */
export interface JournalReader extends AsyncDisposable {
  streamPosition(key: StreamKey): Promise<Position | undefined>
  history(key: StreamKey): EventHistory
  /**
   * Batches after `from`, from the oldest retained event when undefined; waits at the head for more. Events
   * of other sources are left out, and batches without events still move the position past them. To ask for a
   * batch is to be done with the one before: what was parsed of it is dropped. Ends by throwing on `signal`;
   * throws a ConfigError (`journal.position`) when `from` is none of this journal's.
   */
  read(from: Position | undefined, options: ReadOptions, signal: AbortSignal): AsyncIterable<Batch<LogEvent>>
  /** The position after the newest event. */
  head(): Promise<Position>
  /** The position before the oldest event received at or after `receivedMs`; the head when there is none. */
  positionAt(receivedMs: number): Promise<Position>
  sinkPosition(sink: string): Promise<Position | undefined>
  backlog(sink: string): Promise<Backlog>
  /** The first `limit` that the filter lets through, the oldest first. */
  deadLetters(filter: DeadLetterFilter): Promise<readonly DeadLetter[]>
  deadLetter(id: string): Promise<DeadLetter | undefined>
  /** How many there are, by component and the stream of their events. */
  countDeadLetters(): Promise<readonly DeadLetterCount[]>
  /** Windows that overlap [fromS, toS), in the order of their start. */
  ledger(key: StreamKey, range: { fromS: number; toS: number }): AsyncIterable<LedgerRow>
  /**
   * Up to when windows cover everything from the first one on, in seconds since 1970; undefined without any. What a backfill
   * has still to list is a gap, which ends it.
   */
  sealedTo(key: StreamKey): Promise<number | undefined>
  /** From the start of the first window to the latest end, in seconds since 1970; undefined without any. */
  ledgerRange(key: StreamKey): Promise<{ readonly fromS: number; readonly toS: number } | undefined>
  /** The retained events with this id, the newest first. To the last one it is a scan of all that is retained. */
  find(eventId: string): AsyncIterable<FoundEvent>
  /** Retained events whose own time is in [fromMs, toMs), in the order of receipt. */
  range(filter: { fromMs: number; toMs: number; sources?: readonly string[] | undefined }): AsyncIterable<LogEvent>
  streams(): Promise<readonly StreamKey[]>
  /** The sinks that have a position. */
  sinks(): Promise<readonly string[]>
  stats(): Promise<JournalStats>
}

/**
 * Durable, ordered storage of events between the sources and the sinks.
 *
 * Written for one process at a time. Positions are the implementation's own and mean nothing elsewhere.
 * Every promise resolves when the change is durable: it survives a kill -9 and a power cut. Where the disk
 * is full a change waits and is tried again by itself; closing the journal is the only end of that wait.
 */
export interface Journal extends JournalReader {
  /**
   * Adds a batch in one transaction: events, unreadable pieces (as dead letters of the source), sealed
   * windows, and the position of the stream. Waits while the backlog of the slowest sink is at the budget
   * or the disk is full (see `paused`); that wait is the source's backpressure. A batch without a position
   * leaves the saved one as it is.
   */
  append(key: StreamKey, batch: Batch, signal: AbortSignal): Promise<void>
  /** For the operator alone: also an older position; undefined forgets the saved one. */
  saveStreamPosition(key: StreamKey, position: Position | undefined): Promise<void>
  /** Moves forward only: an older position than the saved one is refused (invariant 2). */
  saveSinkPosition(sink: string, position: Position): Promise<void>
  /** For the operator alone: also an older position of this journal; undefined forgets the sink. */
  resetSinkPosition(sink: string, position: Position | undefined): Promise<void>
  addDeadLetters(letters: readonly Omit<DeadLetter, 'id'>[]): Promise<void>
  /** Resolves with how many of them there were. */
  dropDeadLetters(ids: readonly string[]): Promise<number>
  /** Why nothing is appended now, if so: at the budget, or no room on the disk. */
  readonly paused: string | undefined
  /** What is wrong with its disk, if it has one, while something waits to be written to it. */
  readonly fault?: string | undefined
}
