import type { SinkContext } from '../../src/core/context.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import type { Rejection, Sink } from '../../src/core/sink.ts'
import { createDeliver } from '../../src/engine/deliver.ts'
import { SILENT_METER } from '../../src/service/meter.ts'
import { systemClock } from '../../src/toolkit/clock.ts'
import type { SinkSpec } from '../../src/toolkit/declaration.ts'
import { mapped } from '../support/events.ts'

export interface OpenedSink extends AsyncDisposable {
  readonly sink: Sink
  /** Everything it has logged, fields and all, one line each. */
  readonly logged: string[]
}

/** A sink by its declaration, as the service makes it, with the real clock. `settings` as in the YAML. */
export async function openSink(spec: SinkSpec, settings: Readonly<Record<string, unknown>>, format = spec.format): Promise<OpenedSink> {
  const logged: string[] = []
  const log = (level: string) => (message: string, fields?: object) =>
    void logged.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`)
  const context: SinkContext = {
    id: 'test',
    format,
    streams: [],
    clock: systemClock,
    meter: SILENT_METER,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    report: () => {},
    stopped: new AbortController().signal,
  }
  const sink = await spec.create(spec.config.parse(settings), context)
  return { sink, logged, [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose]() }
}

/** `count` events with ids `<name>0` on. */
export const someEvents = (count: number, name = 'e') =>
  Array.from({ length: count }, (_, index) => mapped(`${name}${index}`, index * 1000))

export interface Shipment {
  readonly rejected: readonly Rejection[]
  /** The errors after which a write was tried again, in their order, by code. */
  readonly retries: readonly string[]
}

export interface ShipOptions {
  readonly batchEvents: number
  /** Called before the batch of this number is written. */
  readonly before?: (batch: number) => void | Promise<void>
}

/** Brings events to a sink as a pipeline does: in batches, one after the other, each until it is delivered or dead-lettered. */
export async function ship(sink: Sink, events: readonly MappedEvent[], { batchEvents, before }: ShipOptions): Promise<Shipment> {
  const rejected: Rejection[] = []
  const retries: string[] = []
  const deliver = createDeliver({
    sink,
    deadLetter: async rejections => void rejected.push(...rejections),
    retry: { initialDelayMs: 50, maxDelayMs: 1000 },
    blockedRetryMs: 500,
    clock: systemClock,
    report: {
      retried: error => void retries.push((error as { code?: string }).code ?? error.name),
      state: () => {},
    },
  })
  const never = new AbortController().signal
  for (let start = 0, batch = 0; start < events.length; start += batchEvents, batch++) {
    await before?.(batch)
    await deliver(events.slice(start, start + batchEvents), never)
  }
  return { rejected, retries }
}
