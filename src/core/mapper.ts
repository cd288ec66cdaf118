import type { LogEvent } from './event.ts'
import type { JsonObject } from './json.ts'

/** The bytes from `start` up to `end`, excluded, of a buffer that others share. */
export interface Slice {
  readonly buffer: Uint8Array
  readonly start: number
  readonly end: number
}

/** One event in the form that a sink sends. */
export interface MappedEvent {
  readonly event: LogEvent
  /** The mapped record. */
  readonly document: JsonObject
  /** The mapped record as JSON text, made at most once. For `raw` it is the event's own text. */
  readonly json: string
  /** `json` in UTF-8, if those bytes are at hand: a body takes them as they are. */
  readonly utf8?: Uint8Array
  /** `json` within the sink's `frame`, in UTF-8, if those bytes are at hand. */
  readonly framed?: Slice | undefined
}

/**
 * Turns an event into a format. Pure and synchronous, and total: an unknown type, an unknown field, a
 * null actor or a field of the wrong type is mapped, never refused (invariant 4).
 */
export type Mapper = (event: LogEvent) => MappedEvent
