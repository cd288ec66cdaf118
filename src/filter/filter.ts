import type { LogEvent } from '../core/event.ts'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { type MapperOptions, severityFor } from '../record/options.ts'
import { toRecord } from '../record/record.ts'
import type { Expression } from './compile.ts'
import { EventView } from './fields.ts'

/** Why an expression gave no answer for an event. Holds nothing of the event: kinds are as few as the expression's parts. */
interface FilterError {
  readonly code: string
  /** The part of the expression. */
  readonly part: string
}

/** Whether an event goes to the sink. */
interface Verdict {
  readonly passes: boolean
  /** The expression failed on the event, which therefore passes (invariant 4). */
  readonly error?: FilterError
}

export type Filter = (event: LogEvent) => Verdict

const PASSES: Verdict = { passes: true }
const LEFT_OUT: Verdict = { passes: false }

/** The filter of a sink; `severity` is what the sink sets instead of the table's. Total: it never throws. */
export function createFilter({ text, evaluate }: Expression, severity: MapperOptions['severity']): Filter {
  const severityOf = severityFor(severity)
  return event => {
    try {
      const result: unknown = evaluate(new Variables(event, severityOf))
      if (result === true) return PASSES
      return result === false ? LEFT_OUT : { passes: true, error: { code: 'no_boolean', part: text } }
    } catch (cause) {
      return { passes: true, error: errorOf(cause, text) }
    }
  }
}

class Variables {
  readonly #event: LogEvent
  readonly #severityOf: ReturnType<typeof severityFor>

  constructor(event: LogEvent, severityOf: ReturnType<typeof severityFor>) {
    this.#event = event
    this.#severityOf = severityOf
  }

  get event(): EventView {
    return new EventView(toRecord(this.#event), this.#severityOf)
  }

  get raw(): unknown {
    const { text, body } = this.#event
    return MAY_HOLD_CONSTRUCTOR.test(text) ? withoutOwnConstructor(body) : body
  }
}

/** The name `constructor`, or an escape that may be a letter of it: they are all \u006. or \u007. */
const MAY_HOLD_CONSTRUCTOR = /constructor|\\u00[67]/i

/** CEL tells kinds of values by their `constructor`: an object with a field of that name would be of no kind. */
function withoutOwnConstructor(value: JsonValue): unknown {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withoutOwnConstructor)
  if (!isJsonObject(value)) return value
  const fields = Object.entries(value).map(([name, field]) => [name, withoutOwnConstructor(field!)] as const)
  return Object.hasOwn(value, 'constructor') ? new Map(fields) : Object.fromEntries(fields)
}

function errorOf(cause: unknown, text: string): FilterError {
  const { code, range } = cause as { code?: unknown; range?: { start: number; end: number } }
  return {
    code: typeof code === 'string' ? code : 'failed',
    part: range === undefined ? text : text.slice(range.start, range.end),
  }
}
