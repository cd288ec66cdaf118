import type { Batch } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import type { ComponentState, Meter } from '../core/context.ts'
import type { LogEvent } from '../core/event.ts'
import type { ReadBounds, SourceStream } from '../core/source.ts'
import { runPipeline, type StopSignals } from '../engine/pipeline.ts'
import { supervise } from '../engine/supervise.ts'
import type { Journal, StreamKey } from '../journal/journal.ts'
import type { BackoffPolicy } from '../toolkit/backoff.ts'

/** How often it is looked at whether an append waits because the journal is full. */
const PAUSE_LOOK_MS = 500

export interface IngestOptions {
  readonly key: StreamKey
  readonly stream: SourceStream
  readonly journal: Journal
  readonly bounds: ReadBounds
  readonly retry: BackoffPolicy
  readonly blockedRetryMs: number
  readonly clock: Clock
  readonly meter: Meter
  readonly onState: (state: ComponentState) => void
  /** Called with the events of each batch once they are in the journal; must not throw. */
  readonly inspect: (events: readonly LogEvent[]) => void
}

/** Brings one stream of a source into the journal, until it ends, is stopped, or a FatalError is thrown. */
export async function runIngest(options: IngestOptions, stop: StopSignals): Promise<void> {
  const { key, stream, journal, bounds } = options
  count({ events: [] }, options) // A counter that only appears with what it counts hides the first of it from `increase()`.

  const run = async () => {
    const from = await journal.streamPosition(key)
    const history = journal.history(key)
    let appended = Promise.withResolvers<boolean>()
    await runPipeline<LogEvent>(
      {
        async *read({ softStop }) {
          for await (const batch of stream.read(from, history, softStop, bounds)) {
            appended = Promise.withResolvers<boolean>()
            yield batch
            if (!(await appended.promise)) return // To pull the next batch would tell the source that this one is durable.
          }
        },
        deliver: async () => {},
        // The append is the commit: events, sealed windows and position become durable together (invariant 1).
        commit: async (batch, signal) => {
          try {
            await reportPauses(journal.append(key, batch, signal), options)
            options.inspect(batch.events)
            count(batch, options)
          } catch (error) {
            appended.resolve(false)
            throw error
          }
          appended.resolve(true)
        },
        inFlightBatchesMax: 1,
      },
      stop,
    )
  }
  await supervise(run, { ...options, stopped: AbortSignal.any([stop.softStop, stop.hardStop]) })
}

/** Resolves with the append; tells meanwhile why it waits. */
async function reportPauses(appending: Promise<void>, { journal, clock, onState }: IngestOptions): Promise<void> {
  const done = new AbortController()
  const watching = watchPauses(journal, clock, onState, done.signal)
  try {
    await appending
  } finally {
    done.abort()
    if (await watching) onState({ name: 'running' })
  }
}

/** Looks until `done`; true when there was a pause. */
async function watchPauses(journal: Journal, clock: Clock, onState: (state: ComponentState) => void, done: AbortSignal): Promise<boolean> {
  let paused = false
  while (true) {
    await clock.sleep(PAUSE_LOOK_MS, done).catch(() => {}) // The end of the append; the next line tells it.
    if (done.aborted) return paused
    const reason = journal.paused
    if (reason === undefined) continue
    paused = true
    onState({ name: 'paused', reason })
  }
}

function count({ events, sealed = [], unreadable = [] }: Omit<Batch, 'position'>, { key, meter }: IngestOptions): void {
  const labels = { source: key.source, stream: key.stream }
  const total = (field: 'repeats' | 'late') => sealed.reduce((sum, window) => sum + window[field], 0)
  meter.add('tailrace_source_received_events_total', labels, events.length)
  meter.add('tailrace_source_repeated_events_total', labels, total('repeats'))
  meter.add('tailrace_source_late_events_total', labels, total('late'))
  meter.add('tailrace_source_unreadable_total', labels, unreadable.length)
}
