import type { ConfiguredSink, ConfiguredSource } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { Logger, Meter } from '../core/context.ts'
import { BlockedError, toError } from '../core/errors.ts'
import type { LogEvent } from '../core/event.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import { redactingMapper } from '../redact/redactor.ts'
import type { FormatOptions, Registry } from '../registry.ts'
import { UnmappedEvent } from './unmapped.ts'
import { validatingMapper } from './validating.ts'

export interface MappingContext {
  readonly registry: Registry
  readonly sources: readonly ConfiguredSource[]
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
}

/** The mapper of every sink, by its id. Sinks that ask for the same share one, and an event is mapped once for all of them. */
export async function createMappers(sinks: readonly ConfiguredSink[], context: MappingContext): Promise<ReadonlyMap<string, Mapper>> {
  const keys = sinks.map(formatKey)
  const shared = new Map<string, Mapper>()
  const mappers = new Map<string, Mapper>()
  for (const [index, sink] of sinks.entries()) {
    const format = formatOf(sink, context.registry)
    const options = formatOptions(sink, context)
    const key = keys[index]!
    let mapper = shared.get(key)
    if (mapper === undefined) {
      mapper = await format.load(options)
      if (keys.indexOf(key) !== keys.lastIndexOf(key)) mapper = remembering(mapper)
      shared.set(key, mapper)
    }
    const { redact } = sink.settings
    const whole = guarded(redact.length > 0 ? redactingMapper(mapper, redact) : mapper)
    const validate = await format.loadValidator?.(options)
    mappers.set(sink.id, validate === undefined ? whole : validatingMapper(whole, validate, { ...context, sink }))
  }
  return mappers
}

function formatKey({ settings }: ConfiguredSink): string {
  const { format, severity, include_original, attack, ocsf_version, ecs } = settings
  return JSON.stringify([format, severity, include_original, attack, ocsf_version, ecs])
}

function formatOf({ settings }: ConfiguredSink, registry: Registry) {
  const format = registry.formats.find(({ type }) => type === settings.format)
  if (format === undefined) throw new Error(`There is no format ${settings.format}`)
  return format
}

function formatOptions({ settings }: ConfiguredSink, { sources, clock }: Pick<MappingContext, 'sources' | 'clock'>): FormatOptions {
  const organizations = new Map(sources.map(({ id, settings: { organization } }) => [id, organization]))
  return {
    clock,
    organization: source => organizations.get(source),
    includeOriginal: settings.include_original,
    severity: settings.severity,
    attack: settings.attack,
    ocsfVersion: settings.ocsf_version,
    ecs: {
      namespace: settings.ecs.namespace,
      flattened: settings.ecs.flattened,
      actionSpelling: settings.ecs.action_spelling,
    },
  }
}

/** Mappers are total; should one fail all the same, its sink must not stand still before that event for ever. */
function guarded(mapper: Mapper): Mapper {
  return event => {
    try {
      const mapped = mapper(event)
      void mapped.json // Made here, so that it fails here if it does.
      return mapped
    } catch (cause) {
      if (cause instanceof BlockedError) throw cause // The key of a redaction: the sink waits for it (invariant 4).
      return new UnmappedEvent(event, `The event could not be mapped: ${toError(cause).message}`)
    }
  }
}

/** Maps each event once. The result is forgotten when nobody holds the event any more. */
function remembering(mapper: Mapper): Mapper {
  const known = new WeakMap<LogEvent, MappedEvent>()
  return event => {
    const mapped = known.get(event) ?? mapper(event)
    known.set(event, mapped)
    return mapped
  }
}
