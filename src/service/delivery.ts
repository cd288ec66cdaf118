import type { ConfiguredSink } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { ComponentState, Meter } from '../core/context.ts'
import { TailraceError } from '../core/errors.ts'
import type { LogEvent } from '../core/event.ts'
import type { MappedEvent, Mapper } from '../core/mapper.ts'
import type { Rejection, Sink } from '../core/sink.ts'
import { createDeliver, type Deliver } from '../engine/deliver.ts'
import { type PackedBatch, pack, type Stretches } from '../engine/pack.ts'
import { runPipeline, type StopSignals } from '../engine/pipeline.ts'
import { supervise } from '../engine/supervise.ts'
import type { Journal } from '../journal/journal.ts'
import { detached } from '../toolkit/detached.ts'
import { raced } from '../toolkit/raced.ts'
import { EncodedEvent, EventEncoder, unparsed } from './encoded_event.ts'
import { Tally } from './tally.ts'
import { UnmappedEvent } from './unmapped.ts'

/** The most events that are read from the journal at once. */
const READ_EVENTS_MAX = 1000
/** The longest an event takes from its receipt into the journal, not counting a wait for room in a full one. */
const APPEND_MS_MAX = 10_000

export interface DeliveryOptions {
  readonly configured: ConfiguredSink
  readonly sink: Sink
  /** Which events the sink is sent. Default: all. */
  readonly passes?: (event: LogEvent) => boolean
  readonly mapper: Mapper
  readonly journal: Journal
  readonly clock: Clock
  readonly meter: Meter
  readonly onState: (state: ComponentState) => void
  /** The run ends by itself: what a sink would still wait for is sent. */
  readonly finite: boolean
}

/** Brings the journal to one sink, until it is at the head after a soft stop, or a FatalError is thrown. */
export async function runDelivery(options: DeliveryOptions, stop: StopSignals): Promise<void> {
  const { configured, journal, clock, meter, mapper, passes = () => true } = options
  const { id, settings } = configured
  const { batch, concurrency, inputs, retry } = settings
  const policy = { initialDelayMs: retry.initial, maxDelayMs: retry.max }

  const { batch: spec, reads = 'json' } = configured.spec
  const isAligned = spec.alignedTo !== undefined
  const encoder = new EventEncoder(options.sink.frame)
  const map = (event: LogEvent) => {
    if (!passes(event)) return undefined
    // An event that passes must not hold on to the texts of those beside it that were left out.
    const mapped = mapper(settings.filter === undefined ? event : detached(event))
    if (mapped instanceof UnmappedEvent || reads === 'document') return mapped
    // A batch that is gathered over minutes is to hold texts alone.
    return encoder.encode(mapped, isAligned ? unparsed(mapped.event) : mapped.event)
  }

  // On a full disk a save waits. A hard stop does not wait for it: what was delivered is delivered again.
  const unlessStopped = (saving: Promise<void>) => raced(saving, stop.hardStop)

  const run = async () => {
    const tally = new Tally(meter, id)
    const deadLetter = async (rejections: readonly Rejection[]) => {
      await unlessStopped(saveDeadLetters(rejections, options))
      tally.refused(rejections.map(({ event }) => event))
    }
    const deliver = divertUnmapped(
      createDeliver({ ...deliveryOf(options), deadLetter, retry: policy, blockedRetryMs: retry.blocked }),
      deadLetter,
    )
    const from = await journal.sinkPosition(id)
    await runPipeline<MappedEvent, PackedBatch<MappedEvent>>(
      {
        read: ({ softStop, hardStop }) =>
          pack<LogEvent, MappedEvent>(
            journal.read(from, { sources: inputs, batchEventsMax: READ_EVENTS_MAX, endAtHead: softStop }, hardStop),
            {
              map,
              bytesOf: mapped => (mapped instanceof EncodedEvent ? mapped.bytes : Buffer.byteLength(mapped.json)),
              eventsMax: batch.events_max,
              bytesMax: batch.bytes_max,
              timeoutMs: batch.timeout,
              stretches: isAligned ? stretchesOf(batch.timeout, options.finite) : undefined,
              clock,
            },
            hardStop,
          ),
        deliver: ({ events }, signal) => deliver(events, signal),
        commit: async batch => {
          const { position } = batch
          if (position !== undefined) await unlessStopped(journal.saveSinkPosition(id, position))
          tally.settled(batch, position !== undefined)
          encoder.release(batch.events)
        },
        inFlightBatchesMax: concurrency,
      },
      stop,
    )
  }
  // A soft stop asks to drain, also after a failure; whoever can't wait for that stops hard.
  await supervise(run, { retry: policy, blockedRetryMs: retry.blocked, clock, onState: options.onState, stopped: stop.hardStop })
}

function stretchesOf(lengthMs: number, flush: boolean): Stretches<LogEvent> {
  return { endMsOf: ({ receivedMs }) => (Math.floor(receivedMs / lengthMs) + 1) * lengthMs, graceMs: APPEND_MS_MAX, flush }
}

function deliveryOf(options: DeliveryOptions) {
  const { sink, clock, meter, onState } = options
  const labels = { sink: options.configured.id }
  return {
    sink,
    clock,
    report: {
      retried: (error: Error) => {
        const code = error instanceof TailraceError ? error.code : error.name
        meter.add('tailrace_sink_retries_total', { ...labels, code }, 1)
      },
      state: onState,
    },
  }
}

async function saveDeadLetters(rejections: readonly Rejection[], { configured, journal, clock }: DeliveryOptions): Promise<void> {
  const atMs = clock.now()
  await journal.addDeadLetters(
    rejections.map(({ reason, event: { event } }) => {
      // As received, also where the sink is sent less: a retry redacts it again, by the rules of then.
      const { id: eventId, source, stream, timeMs, receivedMs, text } = event.received ?? event
      return { component: configured.id, eventId, source, stream, reason, atMs, timeMs, receivedMs, text }
    }),
  )
}

const isUnmapped = (event: MappedEvent) => event instanceof UnmappedEvent

/** What could not be mapped never reaches the sink. */
function divertUnmapped(deliver: Deliver, deadLetter: (rejections: readonly Rejection[]) => Promise<void>): Deliver {
  return async (events, signal) => {
    const unmapped = events.filter(isUnmapped)
    if (unmapped.length > 0) await deadLetter(unmapped.map(event => ({ event, reason: event.reason })))
    await deliver(unmapped.length === 0 ? events : events.filter(event => !isUnmapped(event)), signal)
  }
}
