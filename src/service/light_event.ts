import { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { MappedEvent } from '../core/mapper.ts'

/**
 * A mapped event as its two texts: parsed objects take several times their room, which counts where a batch is gathered
 * over minutes. The document is parsed each time it is asked for, and kept by whoever asks.
 */
export class LightEvent implements MappedEvent {
  readonly event: LogEvent
  readonly json: string

  constructor({ event, json }: MappedEvent) {
    const { source, stream, id, timeMs, receivedMs, text } = event
    this.event = new LogEvent({ source, stream, id, timeMs, receivedMs, text })
    this.json = json
  }

  get document(): JsonObject {
    return JSON.parse(this.json) as JsonObject
  }
}
