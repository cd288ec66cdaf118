import type { LogEvent } from './event.ts'
import type { JsonObject } from './json.ts'

/** The bytes from `start` to `end` of a buffer that others share. */
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
  /** The bytes of `json`, where it is held as such: a body takes them as they are. */
  readonly utf8?: Uint8Array
  /** The bytes of `json` in the frame of the sink it goes to, where it is held as such. */
  readonly framed?: Slice | undefined
}

/**
 * Turns an event into a format. Pure and synchronous, and total: an unknown type, an unknown field, a
 * null actor or a field of the wrong type is mapped, never refused (invariant 4).
 */
export type Mapper = (event: LogEvent) => MappedEvent
