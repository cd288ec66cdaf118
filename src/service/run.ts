import { streamsFor } from '../config/claims.ts'
import type { CheckedConfig } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import { type ComponentContext, type ComponentState, type Logger, type Meter, streamName } from '../core/context.ts'
import { ConfigError, type FatalError } from '../core/errors.ts'
import type { Sink } from '../core/sink.ts'
import type { ReadBounds, Source } from '../core/source.ts'
import type { StopSignals } from '../engine/pipeline.ts'
import type { Journal } from '../journal/journal.ts'
import type { Registry } from '../registry.ts'
import { checkOne } from './checks.ts'
import { runDelivery } from './delivery.ts'
import { createSinkFilter } from './filtering.ts'
import { runIngest } from './ingest.ts'
import { openedEventually, openJournal, tellFrom, tellPositions, warnOfRemoved, watchDisk } from './journal.ts'
import { withFields } from './log.ts'
import { createMappers } from './mapping.ts'
import { allSettled } from './scope.ts'
import { type ComponentEntry, StateBoard } from './states.ts'
import { Stops } from './stops.ts'
import { createUnknownsCounter } from './unknowns.ts'

/** The pauses of a stream that failed for a reason its source did not handle itself. */
const INGEST_PAUSES = { retry: { initialDelayMs: 1000, maxDelayMs: 60_000 }, blockedRetryMs: 60_000 }

export interface ServiceOptions {
  readonly config: CheckedConfig
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
  readonly bounds: ReadBounds
  readonly stop: StopSignals
  /** Names the configuration to another command, in messages: such as ` -c tailrace.yaml`. */
  readonly commandOptions?: string | undefined
  /** Called when something does not end although it was told to, to end the process. Default: it is waited for. */
  readonly onStuck?: () => void
  /** Called at most once, when the run waits for a journal that can't be opened yet. The result is disposed of when the wait is over. */
  readonly onWait?: (error: FatalError) => AsyncDisposable | Promise<AsyncDisposable>
  /** Called once, when everything is open and nothing runs yet. The result is disposed of after the last pipeline has ended. */
  readonly onStart?: (service: RunningService) => AsyncDisposable | Promise<AsyncDisposable>
}

/** What others may look at while it runs. */
export interface RunningService {
  readonly config: CheckedConfig
  readonly board: StateBoard
  readonly journal: Journal
}

/** How a run ended. */
export interface RunOutcome {
  /** What a finite run gave up on: it stayed out of reach. */
  readonly unavailable: readonly ComponentEntry[]
  /** Whether the sources had listed all that was asked for before any stop, and every sink has passed it. */
  readonly isComplete: boolean
}

/**
 * Opens the journal, the sources and the sinks, and runs a pipeline for each until it is stopped or, in a finite
 * run, done. Rejects with the first FatalError or ConfigError. Nothing is running or open any more when it settles.
 */
export async function runService(options: ServiceOptions): Promise<RunOutcome> {
  const { config, clock, logger, meter } = options
  const finite = options.bounds.untilMs !== undefined
  const board = new StateBoard({ clock, logger, meter })
  await using scope = new AsyncDisposableStack()
  const journal = await opened(options)
  if (journal === undefined) return { unavailable: [], isComplete: false }
  scope.use(journal)
  const sinkIds = config.sinks.map(({ id }) => id)
  await warnOfRemoved(journal, sinkIds, logger)
  const failure = new AbortController()
  const { sinks, sources } = await createComponents(options, failure.signal, board, scope)
  const streams = [...sources].flatMap(([id, source]) => source.streams.map(({ name }) => streamName({ source: id, stream: name })))
  const names = { sinks: sinkIds, streams, commandOptions: options.commandOptions }
  await tellPositions(journal, names, logger)
  if (options.bounds.from !== undefined) await tellFrom(journal, options.bounds.from(clock.now()), names, logger)
  const mappers = await createMappers(config.sinks, { ...options, sources: config.sources })
  if (options.onStart !== undefined) scope.use(await options.onStart({ config, board, journal }))

  await using stops = new Stops({
    stop: options.stop,
    board,
    clock,
    logger,
    shutdownMs: config.service.shutdown_timeout,
    finite,
    onStuck: options.onStuck ?? (() => {}),
  })
  const failed = (error: unknown) => {
    stops.fail(error)
    failure.abort(error)
  }
  const deliveries = config.sinks.map(async configured => {
    const { id } = configured
    const onState = (state: ComponentState) => board.report(id, state)
    const mapper = mappers.get(id)!
    const passes = createSinkFilter(configured, { logger, meter })
    await runDelivery({ configured, sink: sinks.get(id)!, passes, mapper, journal, clock, meter, onState, finite }, stops.sink(id))
  })
  const inspect = createUnknownsCounter({ meter, logger })
  const ingests = [...sources].flatMap(([source, { streams }]) =>
    streams.map(async stream => {
      const key = { source, stream: stream.name }
      const component = streamName(key)
      const onState = (state: ComponentState) => board.report(component, state)
      await runIngest(
        { ...INGEST_PAUSES, key, stream, journal, bounds: options.bounds, clock, meter, onState, inspect },
        stops.source(component),
      )
    }),
  )
  let isComplete = false
  const ingested = allSettled(ingests, failed).finally(() => {
    isComplete = !options.stop.softStop.aborted && stops.unavailable.length === 0
    stops.drain()
  })
  const done = new AbortController()
  const checks = [...sinks].map(([id, sink]) => logCheck(id, sink, options, done.signal))
  const ended = allSettled([ingested, ...deliveries], failed).finally(() => done.abort())
  const disk = finite ? [watchDisk(journal, clock, config.service.shutdown_timeout, done.signal)] : []
  await allSettled([ended, ...checks, ...disk], failed)
  for (const { id } of config.sinks) {
    const { events } = await journal.backlog(id)
    isComplete &&= events === 0
    if (events > 0) logger.info(`${events} events are left to the next run of this sink`, { component: id })
  }
  return { unavailable: stops.unavailable, isComplete }
}

/** By their ids; `scope` disposes of them. */
async function createComponents(options: ServiceOptions, failure: AbortSignal, board: StateBoard, scope: AsyncDisposableStack) {
  const { config } = options
  const stopped = AbortSignal.any([options.stop.softStop, options.stop.hardStop, failure])
  const sinks = new Map<string, Sink>()
  for (const { id, spec, own, settings } of config.sinks) {
    const streams = streamsFor(settings, config.sources)
    const context = { ...contextOf(id, board, options), format: settings.format, streams, stopped }
    sinks.set(id, scope.use(await created(['sinks', id], () => spec.create(own, context))))
  }
  const sources = new Map<string, Source>()
  for (const { id, spec, own } of config.sources) {
    sources.set(id, scope.use(await created(['sources', id], () => spec.create(own, contextOf(id, board, options)))))
  }
  return { sinks, sources }
}

/** A finite run does not wait for its journal: whoever started it is told at once. Undefined: it was stopped while it waited. */
async function opened({ config, clock, logger, meter, bounds, stop, onWait }: ServiceOptions): Promise<Journal | undefined> {
  const open = () => openJournal(config, { clock, logger, meter })
  if (bounds.untilMs !== undefined) return open()
  return openedEventually(open, { clock, logger, onWait }, AbortSignal.any([stop.softStop, stop.hardStop]))
}

/** What is wrong with a destination is said at the start, before the first event finds out. */
async function logCheck(component: string, sink: Sink, { clock, logger, stop }: ServiceOptions, done: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop.softStop, stop.hardStop, done])
  const error = await checkOne(sink, clock, signal)
  if (error !== undefined && !signal.aborted) logger.warn('the check of this destination failed', { component, error })
}

function contextOf(id: string, board: StateBoard, { clock, logger, meter }: ServiceOptions): ComponentContext {
  return {
    id,
    clock,
    meter,
    logger: withFields(logger, { component: id }),
    report: (state, part) => board.report(part === undefined ? id : `${id}/${part}`, state),
  }
}

/** Adds to what a component refuses when it is made its place in the configuration. */
async function created<C>(path: readonly string[], create: () => Promise<C>): Promise<C> {
  try {
    return await create()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const whole = [...path, ...error.path]
    throw new ConfigError(error.code, `${whole.join('.')}: ${error.message}`, { path: whole, cause: error })
  }
}
