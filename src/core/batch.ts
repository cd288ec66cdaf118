import type { LogEvent } from './event.ts'
import type { JsonValue } from './json.ts'

/** Where a reader left off. Opaque to everyone but the source or journal that wrote it. */
export type Position = JsonValue

/** A stretch of time that a source has listed to its end: the evidence that nothing in it is missing. */
export interface SealedWindow {
  /** Start, inclusive, in seconds since 1970. */
  readonly fromS: number
  /** End, exclusive, in seconds since 1970. */
  readonly toS: number
  /** In ms since 1970, by the clock that also gives `LogEvent.receivedMs`. */
  readonly sealedAtMs: number
  /** Events of the window that were new with this listing. */
  readonly events: number
  /** Listed again although already journaled. */
  readonly repeats: number
  /** New, but older than what had been sealed before. */
  readonly late: number
  /**
   * SHA-256, in hex, over the ids of the window's events, each once, sorted, each followed by a newline: of those that were
   * listed, and of those that were journaled between the listing and the sealing. Records without a time of their own do not
   * count: every listing gives them another.
   */
  readonly digest: string
}

/** A piece of an answer that can be no event, kept as it came. */
export interface Unreadable {
  readonly text: string
  readonly reason: string
}

/**
 * Consecutive events, and the place to resume once they are delivered.
 *
 * A position is cumulative: resuming from it is safe when this batch and every batch before it have
 * been delivered. So batches may be merged (keep the last position), may be empty (an empty window
 * still moves the position) and may be split (only the last part carries the position), but are never
 * reordered.
 */
export interface Batch<E = LogEvent> {
  readonly events: readonly E[]
  /** Undefined: a part of a longer batch, after which there is no safe place to resume yet. */
  readonly position: Position | undefined
  /** The place to resume after the first `count` of the events, for a reader that can tell. */
  readonly positionAfter?: (count: number) => Position
  /** Whether nothing came after it when it was read, for a reader that can tell. */
  readonly isAtHead?: boolean
  /** Windows that are complete with this batch. */
  readonly sealed?: readonly SealedWindow[]
  readonly unreadable?: readonly Unreadable[]
}
