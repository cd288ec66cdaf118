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
import { SILENT_METER } from '../service/meter.ts'
import { stopSignals } from '../service/stop_signals.ts'
import { UnmappedEvent } from '../service/unmapped.ts'
import { systemClock } from '../toolkit/clock.ts'
import type { Io } from './io.ts'

interface RetryContext {
  readonly config: CheckedConfig
  readonly journal: Journal
  readonly io: Io
}

/**
 * Writes each letter to its sink, one at a time, so that one bad event stops no other. Throws the first failure that is
 * not about an event; what was delivered before it is removed.
 */
export async function retryLetters(
  letters: AsyncIterable<DeadLetter>,
  { config, journal, io }: RetryContext,
): Promise<{ readonly delivered: number; readonly left: number }> {
  using stop = stopSignals(() => {})
  await using scope = new AsyncDisposableStack()
  const outlets = new Map<string, Outlet>()
  const homeless = new Map<string, number>()
  let delivered = 0
  let left = 0
  for await (const letter of letters) {
    stop.softStop.throwIfAborted()
    const { component } = letter
    const configured = config.sinks.find(({ id }) => id === component)
    if (configured === undefined) {
      homeless.set(component, (homeless.get(component) ?? 0) + 1)
      continue
    }
    const outlet = outlets.get(component) ?? (await openOutlet(configured, config, { io, stopped: stop.softStop }, scope))
    outlets.set(component, outlet)
    const mapped = outlet.mapper(new LogEvent({ ...letter, id: letter.eventId }))
    const refusal = await write(mapped, event => outlet.sink.write([event], stop.softStop))
    if (refusal === undefined) {
      await journal.dropDeadLetters([letter.id]) // After the write: a crash in between sends it once more.
      delivered++
    } else {
      io.say(`${letter.id}: ${refusal}`)
      left++
    }
  }
  for (const [component, count] of homeless)
    io.say(`${component}: ${count} left: no sink of this name is configured, and what a source could not read can't be sent`)
  return { delivered, left: homeless.values().reduce((sum, count) => sum + count, left) }
}

/** A sink and what it is sent. */
interface Outlet {
  readonly sink: Sink
  readonly mapper: (event: LogEvent) => MappedEvent
}

async function openOutlet(
  configured: CheckedConfig['sinks'][number],
  { sources }: CheckedConfig,
  { io, stopped }: { readonly io: Io; readonly stopped: AbortSignal },
  scope: AsyncDisposableStack,
): Promise<Outlet> {
  const { id, settings, spec, own } = configured
  const quiet = { debug: () => {}, info: io.say, warn: io.say, error: io.say }
  const context = { registry: REGISTRY, sources, clock: systemClock, logger: quiet, meter: SILENT_METER }
  const mapper = (await createMappers([configured], context)).get(id)!
  const sinkContext: SinkContext = {
    id,
    format: settings.format,
    streams: streamsFor(settings, sources),
    clock: systemClock,
    logger: quiet,
    meter: SILENT_METER,
    report: () => {},
    stopped,
  }
  return { sink: scope.use(await spec.create(own, sinkContext)), mapper }
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
