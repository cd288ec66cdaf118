import { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { MappedEvent } from '../core/mapper.ts'

/** Of one buffer that the JSON of many events shares; it goes when the last of them goes. */
const ARENA_BYTES = 512 * 1024

/**
 * A mapped event whose JSON is held as bytes: what waits in a batch costs the garbage collector nothing, and a body takes
 * it as it is. Text and document are made each time they are asked for, and kept by whoever asks.
 */
export class EncodedEvent implements MappedEvent {
  readonly event: LogEvent
  readonly #arena: Buffer
  readonly #start: number
  readonly #end: number

  constructor(event: LogEvent, arena: Buffer, start: number, end: number) {
    this.event = event
    this.#arena = arena
    this.#start = start
    this.#end = end
  }

  get utf8(): Uint8Array {
    return this.#arena.subarray(this.#start, this.#end)
  }

  get bytes(): number {
    return this.#end - this.#start
  }

  get json(): string {
    return this.#arena.toString('utf8', this.#start, this.#end)
  }

  get document(): JsonObject {
    return JSON.parse(this.json) as JsonObject
  }
}

/** Writes mapped events into buffers that they share. */
export class EventEncoder {
  #arena = Buffer.alloc(0)
  #end = 0

  /** `event` stands for the mapped one's own. */
  encode({ json }: MappedEvent, event: LogEvent): EncodedEvent {
    const neededBytes = json.length * 3 // A UTF-16 unit takes at most three bytes.
    if (neededBytes > ARENA_BYTES) {
      const own = Buffer.from(json)
      return new EncodedEvent(event, own, 0, own.length)
    }
    if (neededBytes > this.#arena.length - this.#end) {
      this.#arena = Buffer.allocUnsafeSlow(ARENA_BYTES)
      this.#end = 0
    }
    const start = this.#end
    this.#end += this.#arena.write(json, start)
    return new EncodedEvent(event, this.#arena, start, this.#end)
  }
}

/** The event without its parsed body, which takes several times the room of its text. */
export function unparsed({ source, stream, id, timeMs, receivedMs, text, received }: LogEvent): LogEvent {
  return new LogEvent({ source, stream, id, timeMs, receivedMs, text, received })
}
