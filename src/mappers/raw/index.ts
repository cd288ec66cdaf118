import type { LogEvent } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import type { MappedEvent, Mapper } from '../../core/mapper.ts'

/** The event as it was received: its JSON is the text itself, byte for byte (invariant 3), and it is parsed only if somebody asks. */
class RawEvent implements MappedEvent {
  readonly event: LogEvent

  constructor(event: LogEvent) {
    this.event = event
  }

  get document(): JsonObject {
    return this.event.body
  }

  get json(): string {
    return this.event.text
  }
}

export function createRawMapper(): Mapper {
  return event => new RawEvent(event)
}
