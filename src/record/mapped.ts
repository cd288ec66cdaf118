import type { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { MappedEvent } from '../core/mapper.ts'

/** A mapped event whose JSON is written when somebody first asks. */
export class MappedDocument implements MappedEvent {
  readonly event: LogEvent
  readonly document: JsonObject
  #json: string | undefined

  constructor(event: LogEvent, document: JsonObject) {
    this.event = event
    this.document = document
  }

  get json(): string {
    this.#json ??= this.write()
    return this.#json
  }

  protected write(): string {
    return JSON.stringify(this.document)
  }
}
