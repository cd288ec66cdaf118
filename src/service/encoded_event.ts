import { LogEvent } from '../core/event.ts'
import { type JsonObject, parseJson } from '../core/json.ts'
import type { MappedEvent, Slice } from '../core/mapper.ts'
import type { Frame } from '../core/sink.ts'

/** Size of a buffer that the JSON of many events shares. */
const ARENA_BYTES = 512 * 1024
/** Buffers kept for later batches: fresh megabytes for each would cost a collection of garbage every few batches. */
const IDLE_ARENAS_MAX = 8

interface Arena {
  readonly buffer: Buffer
  usedBytes: number
  /** Events in it that are not released. */
  events: number
}

/**
 * A mapped event whose JSON is held as bytes: what waits in a batch costs the garbage collector nothing, and a body takes
 * it as it is. Text and document are made anew each time they are asked for. After its release a read throws.
 */
export class EncodedEvent implements MappedEvent, Slice {
  readonly event: LogEvent
  /** Of the frame. */
  readonly start: number
  readonly end: number
  readonly #jsonStart: number
  readonly #jsonEnd: number
  #arena: Arena | undefined

  constructor(event: LogEvent, arena: Arena, frame: { start: number; jsonStart: number; jsonEnd: number; end: number }) {
    this.event = event
    this.#arena = arena
    this.start = frame.start
    this.#jsonStart = frame.jsonStart
    this.#jsonEnd = frame.jsonEnd
    this.end = frame.end
  }

  get framed(): Slice | undefined {
    return this.end > this.#jsonEnd || this.start < this.#jsonStart ? this : undefined
  }

  get utf8(): Uint8Array {
    return this.buffer.subarray(this.#jsonStart, this.#jsonEnd)
  }

  /** Of the JSON. */
  get bytes(): number {
    return this.#jsonEnd - this.#jsonStart
  }

  get json(): string {
    return this.buffer.toString('utf8', this.#jsonStart, this.#jsonEnd)
  }

  get document(): JsonObject {
    return parseJson(this.json) as JsonObject
  }

  /** Gives up its place: returns the arena the first time, then undefined. */
  release(): Arena | undefined {
    const arena = this.#arena
    this.#arena = undefined
    return arena
  }

  get buffer(): Buffer {
    if (this.#arena === undefined) throw new Error(`The event ${this.event.id} was looked at after its delivery`)
    return this.#arena.buffer
  }
}

/** Writes mapped events into buffers that they share, and that are used again once all of their events are released. */
export class EventEncoder {
  readonly #frame: Frame | undefined
  readonly #idle: Arena[] = []
  #arena = arenaOf(0)

  constructor(frame?: Frame) {
    this.#frame = frame
  }

  /** The result carries `event` in place of the mapped event's own. */
  encode({ json }: MappedEvent, event: LogEvent): EncodedEvent {
    const before = this.#frame?.before(event) ?? ''
    const after = this.#frame?.after ?? ''
    const arena = this.#roomFor(before, json, after)
    const start = arena.usedBytes
    const jsonStart = append(arena, before)
    const jsonEnd = append(arena, json)
    const end = append(arena, after)
    arena.events++
    return new EncodedEvent(event, arena, { start, jsonStart, jsonEnd, end })
  }

  /** Called when nobody reads these events any more: their bytes are written over. Other events are skipped. */
  release(events: Iterable<MappedEvent>): void {
    for (const event of events) {
      const arena = event instanceof EncodedEvent ? event.release() : undefined
      if (arena === undefined || --arena.events > 0) continue
      arena.usedBytes = 0
      if (arena !== this.#arena && arena.buffer.length === ARENA_BYTES && this.#idle.length < IDLE_ARENAS_MAX) this.#idle.push(arena)
    }
  }

  #roomFor(before: string, json: string, after: string): Arena {
    const bytesMax = 3 * (before.length + json.length + after.length) // A UTF-16 unit takes at most three bytes.
    if (bytesMax > ARENA_BYTES) return arenaOf(Buffer.byteLength(before) + Buffer.byteLength(json) + Buffer.byteLength(after))
    if (bytesMax > this.#arena.buffer.length - this.#arena.usedBytes) this.#arena = this.#idle.pop() ?? arenaOf(ARENA_BYTES)
    return this.#arena
  }
}

/** Writes the text behind what is there; returns where it ends. */
function append(arena: Arena, text: string): number {
  if (text !== '') arena.usedBytes += arena.buffer.write(text, arena.usedBytes)
  return arena.usedBytes
}

function arenaOf(bytes: number): Arena {
  return { buffer: Buffer.allocUnsafeSlow(bytes), usedBytes: 0, events: 0 }
}

/** The event without its parsed body, which takes several times the room of its text. */
export function unparsed({ source, stream, id, timeMs, receivedMs, text, received }: LogEvent): LogEvent {
  return new LogEvent({ source, stream, id, timeMs, receivedMs, text, received })
}
