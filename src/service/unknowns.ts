import type { Logger, Meter } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import { shapeOf, typeOf } from '../record/shape.ts'
import { rowOf } from '../record/table.ts'

/** The most different values of a label; the API may make up more, a metric must not (invariant 5). */
const LABEL_VALUES_MAX = 100
const LABEL_CHARS_MAX = 100

/**
 * Counts types and top-level fields that the mapping does not know: the API has changed. Each event once, whatever
 * the sinks; each new type and field is logged once.
 */
export function createUnknownsCounter({ meter, logger }: { meter: Meter; logger: Logger }): (events: readonly LogEvent[]) => void {
  const types = boundedLabel(type =>
    logger.warn('an event type that the mapping does not know; it is mapped as far as it can be', { type }),
  )
  const fields = boundedLabel(field => logger.warn('a field that the mapping does not know; it is kept with the others', { field }))
  return events => {
    for (const { body } of events) {
      const type = typeOf(body)
      const { envelope } = shapeOf(body)
      const row = rowOf(type)
      if (!row.known) meter.add('tailrace_mapper_unknown_types_total', { type: types(type) }, 1)
      for (const field in body) {
        if (envelope.has(field) || row.payloadKeys.includes(field)) continue
        meter.add('tailrace_mapper_unknown_fields_total', { field: fields(field) }, 1)
      }
    }
  }
}

function boundedLabel(onNew: (label: string) => void): (value: string) => string {
  const seen = new Set<string>()
  return value => {
    const label = value.slice(0, LABEL_CHARS_MAX)
    if (seen.has(label)) return label
    if (seen.size >= LABEL_VALUES_MAX) return 'other'
    seen.add(label)
    onNew(label)
    return label
  }
}
