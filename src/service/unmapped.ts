import type { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { MappedEvent } from '../core/mapper.ts'

/** An event that has no mapped form to send. It goes to the dead letters with its text, and stops no other. */
export class UnmappedEvent implements MappedEvent {
  readonly event: LogEvent
  readonly reason: string

  constructor(event: LogEvent, reason: string) {
    this.event = event
    this.reason = reason
  }

  get document(): JsonObject {
    return this.event.body
  }

  get json(): string {
    return this.event.text
  }
}
