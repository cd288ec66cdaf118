import { type JsonObject, parseJson } from './json.ts'

export interface LogEventFields {
  readonly source: string
  readonly stream: string
  readonly id: string
  readonly timeMs: number
  readonly receivedMs: number
  readonly text: string
  /** The parsed text, if the caller has it at hand. */
  readonly body?: JsonObject
  readonly received?: LogEvent | undefined
}

/** One audit event as a source received it. */
export class LogEvent {
  /** Id of the configured source, such as `acme`. */
  readonly source: string
  /** Which of the source's streams listed it, such as `organization`. */
  readonly stream: string
  /** The record's own id; made from its text where it has none. Opaque. */
  readonly id: string
  /** When it happened, in ms since 1970; the time of the poll where the record does not say. */
  readonly timeMs: number
  /** When this program first had it, in ms since 1970. */
  readonly receivedMs: number
  /** The record as it stood in the answer, byte for byte (invariant 3). Always one JSON object. */
  readonly text: string
  /** On a copy that a sink's redaction made: the event as it was received, which that sink never sends. */
  readonly received: LogEvent | undefined
  #body: JsonObject | undefined

  constructor(fields: LogEventFields) {
    this.source = fields.source
    this.stream = fields.stream
    this.id = fields.id
    this.timeMs = fields.timeMs
    this.receivedMs = fields.receivedMs
    this.text = fields.text
    this.received = fields.received
    this.#body = fields.body
  }

  /** The record, parsed when first asked for and kept until `release`. */
  get body(): JsonObject {
    this.#body ??= parseJson(this.text) as JsonObject
    return this.#body
  }

  /** Drops what was parsed, which is several times as large as the text: for whoever keeps the event. */
  release(): void {
    this.#body = undefined
  }
}
