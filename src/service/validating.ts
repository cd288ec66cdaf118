import type { ConfiguredSink } from '../config/load.ts'
import type { Logger, Meter } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import type { JsonObject } from '../core/json.ts'
import type { Mapper } from '../core/mapper.ts'
import type { SchemaIssue } from '../record/schema_issue.ts'
import { UnmappedEvent } from './unmapped.ts'

export type Validate = (document: JsonObject) => readonly SchemaIssue[]

/** A sample is the first event of each type, and one of this many. */
const SAMPLE_EVENTS = 100
/** The most kinds that are logged, and the most types whose first event is looked at (invariant 5). */
const REMEMBERED_MAX = 10_000

interface ValidatingContext {
  readonly sink: ConfiguredSink
  readonly logger: Logger
  readonly meter: Meter
}

/**
 * Compares mapped events with their published schema: counts what does not fit, logs each kind once, and
 * delivers the event all the same (invariant 4), unless the operator asked for it among the dead letters.
 */
export function validatingMapper(mapper: Mapper, validate: Validate, { sink, logger, meter }: ValidatingContext): Mapper {
  const { validate_output: share, invalid_output: outcome } = sink.settings
  if (share === 'off') return mapper
  const isLookedAt = share === 'all' ? () => true : sampling()
  const logged = new Set<string>()
  return event => {
    const mapped = mapper(event)
    if (mapped instanceof UnmappedEvent || !isLookedAt(event)) return mapped
    const issues = validate(mapped.document)
    for (const { kind, path, message } of issues) {
      meter.add('tailrace_sink_invalid_output_total', { sink: sink.id, kind }, 1)
      const about = `${kind} ${path}`
      if (logged.has(about) || logged.size >= REMEMBERED_MAX) continue
      logged.add(about)
      logger.warn(`the mapped event does not fit its schema at ${path}: ${message}`, { component: sink.id, event: event.id, kind })
    }
    const [first] = issues
    if (first === undefined || outcome === 'deliver') return mapped
    const others = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ''
    return new UnmappedEvent(event, `The mapped event does not fit its schema at ${first.path}: ${first.message}${others}`)
  }
}

function sampling(): (event: LogEvent) => boolean {
  const types = new Set<unknown>()
  let count = 0
  return ({ body: { type } }) => {
    const isFirst = !types.has(type) && types.size < REMEMBERED_MAX
    if (isFirst) types.add(type)
    return count++ % SAMPLE_EVENTS === 0 || isFirst
  }
}
