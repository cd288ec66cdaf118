import { streamsFor } from '../config/claims.ts'
import type { CheckedConfig } from '../config/load.ts'
import type { SinkContext } from '../core/context.ts'
import { BatchRefusedError } from '../core/errors.ts'
import { LogEvent } from '../core/event.ts'
import type { MappedEvent } from '../core/mapper.ts'
import type { Sink } from '../core/sink.ts'
import type { DeadLetter, Journal } from '../journal/journal.ts'
import { REGISTRY } from '../registry.ts'
import { createMappers } from '../service/mapping.ts'
import { UnmappedEvent } from '../service/unmapped.ts'
import { SILENT_METER } from '../service/meter.ts'
import { stopSignals } from '../service/stop_signals.ts'
import { systemClock } from '../toolkit/clock.ts'
import type { Io } from './io.ts'

interface RetryContext {
  readonly config: CheckedConfig
  readonly journal: Journal
  readonly io: Io
}

/** Writes each letter to its sink, one at a time, so that one bad event stops no other; the first failure that is no event's ends it. */
export async function retryLetters(
  letters: readonly DeadLetter[],
  { config, journal, io }: RetryContext,
): Promise<{ readonly delivered: number; readonly left: number }> {
  using stop = stopSignals(() => {})
  const quiet = { debug: () => {}, info: io.say, warn: io.say, error: io.say }
  const context = { registry: REGISTRY, sources: config.sources, clock: systemClock, logger: quiet, meter: SILENT_METER }
  let delivered = 0
  for (const [component, own] of Map.groupBy(letters, letter => letter.component)) {
    const configured = config.sinks.find(({ id }) => id === component)
    if (configured === undefined) {
      io.say(`${component}: ${own.length} left: no sink of this name is configured, and what a source could not read can't be sent`)
      continue
    }
    const mapper = (await createMappers([configured], context)).get(component)!
    const { format } = configured.settings
    const streams = streamsFor(configured.settings, config.sources)
    const sinkContext: SinkContext = {
      id: component,
      format,
      streams,
      clock: systemClock,
      logger: quiet,
      meter: SILENT_METER,
      report: () => {},
    }
    await using sink = await configured.spec.create(configured.own, sinkContext)
    for (const letter of own) {
      const refusal = await write(mapper(new LogEvent({ ...letter, id: letter.eventId })), event => sink.write([event], stop.softStop))
      if (refusal === undefined) {
        await journal.dropDeadLetters([letter.id]) // After the write: a crash in between sends it once more.
        delivered++
      } else io.say(`${letter.id}: ${refusal}`)
    }
  }
  return { delivered, left: letters.length - delivered }
}

/** Why the event was not taken; undefined when it was. */
async function write(event: MappedEvent, send: (event: MappedEvent) => ReturnType<Sink['write']>): Promise<string | undefined> {
  if (event instanceof UnmappedEvent) return event.reason
  try {
    const { rejected, deferred } = await send(event)
    return rejected[0]?.reason ?? (deferred.length > 0 ? 'deferred by the destination; try again later' : undefined)
  } catch (error) {
    if (error instanceof BatchRefusedError) return error.message
    throw error
  }
}
