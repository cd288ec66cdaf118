import type { ConfiguredSink } from '../config/load.ts'
import type { Logger, Meter } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import { createFilter } from '../filter/filter.ts'

/** Whether an event goes to the sink. An expression that fails on it lets it pass; that is counted, and each kind logged once. */
export function createSinkFilter(
  { id, settings }: ConfiguredSink,
  { logger, meter }: { readonly logger: Logger; readonly meter: Meter },
): (event: LogEvent) => boolean {
  if (settings.filter === undefined) return () => true
  const filter = createFilter(settings.filter, settings.severity)
  const told = new Set<string>()
  const count = (errors: number) => meter.add('tailrace_sink_filter_errors_total', { sink: id }, errors)
  count(0) // From the start on, so that `increase()` sees the first.
  return event => {
    const { passes, error } = filter(event)
    if (error === undefined) return passes
    count(1)
    const kind = `${error.code} ${error.part}`
    if (!told.has(kind)) {
      told.add(kind)
      logger.warn(`the filter fails on an event, which passes: ${error.code} at ${error.part}`, { component: id, event: event.id })
    }
    return passes
  }
}
