import type { LogEvent } from './event.ts'
import type { MappedEvent } from './mapper.ts'

/** An event that will never be accepted as it is, and the destination's reason. */
export interface Rejection {
  readonly event: MappedEvent
  readonly reason: string
}

/** What became of the events that one write was given; those in neither list are durable. */
export interface WriteResult {
  /** Refused for good: they go to the dead letters. */
  readonly rejected: readonly Rejection[]
  /** Refused for now: write them again. */
  readonly deferred: readonly MappedEvent[]
  /** The least the destination asked us to wait before writing the deferred, in ms. */
  readonly retryAfterMs?: number | undefined
}

export const DELIVERED: WriteResult = { rejected: [], deferred: [] }

/** What a sink writes around each event's JSON. Its bodies are framed events, one after another, and nothing else. */
export interface Frame {
  readonly before: (event: LogEvent) => string
  readonly after: string
}

/** Where events go. */
export interface Sink extends AsyncDisposable {
  /** If set, each event is framed once, when it is mapped: see `MappedEvent.framed`. */
  readonly frame?: Frame
  /**
   * One attempt, in one request. Returning is the acknowledgement: by then the destination holds the
   * events durably, but for those the result names. A write that failed as a whole throws the error
   * class that says what to do. Called again while earlier calls are under way, up to the sink's
   * `concurrency`. Ends on `signal`, by throwing.
   */
  write(events: readonly MappedEvent[], signal: AbortSignal): Promise<WriteResult>
  /**
   * Resolves when the destination can be reached and lets us in; otherwise throws what is wrong and
   * what to do. Sends nothing but what the destination's own health call needs.
   */
  check(signal: AbortSignal): Promise<void>
  /**
   * Called while a write waits because it was blocked. Resolves when something changed that may unblock it, such as the file
   * of a key, and the write is tried again at once; ends on `signal`, by rejecting.
   */
  changed?(signal: AbortSignal): Promise<void>
}
