import type { CheckedConfig } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import { type Logger, streamName } from '../core/context.ts'
import { FatalError } from '../core/errors.ts'
import type { Journal, JournalContext, JournalLimits, JournalReader } from '../journal/journal.ts'
import { readPosition } from '../paging/position.ts'

/** Text that a journal in memory holds for the slowest sink, whatever the user sets: more would end the process. */
const MEMORY_BYTES_MAX = 128 * 2 ** 20

/** Opens the configured journal for this process alone. */
export async function openJournal({ journal, sinks }: CheckedConfig, context: JournalContext): Promise<Journal> {
  const limits: JournalLimits = {
    sinks: sinks.map(({ id }) => id),
    backlogBytesMax: journal.max_bytes,
    retentionAgeMs: journal.retention,
    retentionBytesMax: journal.retention_bytes,
  }
  if (journal.type === 'memory') {
    const { openMemoryJournal } = await import('../journal/memory/index.ts')
    // Nobody else can read it: what every sink has passed is of no use.
    return openMemoryJournal({ ...limits, backlogBytesMax: Math.min(journal.max_bytes, MEMORY_BYTES_MAX), retentionBytesMax: 0 }, context)
  }
  const { openSqliteJournal } = await import('../journal/sqlite/index.ts')
  return openSqliteJournal({ path: journal.path, ...limits }, context)
}

/** Between two tries to open a journal whose disk is full or failing. */
const OPEN_AGAIN_MS = 5000

export interface Waiting extends Pick<JournalContext, 'clock' | 'logger'> {
  /** Called once, after the first try that failed; the result is disposed of when the wait is over. */
  readonly onWait?: ((error: FatalError) => AsyncDisposable | Promise<AsyncDisposable>) | undefined
}

/**
 * Calls `open` until the disk of the journal is no longer full or failing: room may be made, and meanwhile the API keeps
 * the events. Undefined when `signal` ends the wait; any other failure is thrown at once.
 */
export async function openedEventually<J>(
  open: () => Promise<J>,
  { clock, logger, onWait }: Waiting,
  signal: AbortSignal,
): Promise<J | undefined> {
  await using wait = new AsyncDisposableStack()
  for (let isSaid = false; ; isSaid = true) {
    try {
      return await open()
    } catch (error) {
      if (!(error instanceof FatalError) || error.code !== 'journal.unavailable') throw error
      if (!isSaid) {
        if (onWait !== undefined) wait.use(await onWait(error))
        logger.warn('the run waits for its journal, and begins by itself', { error })
      }
    }
    try {
      await clock.sleep(OPEN_AGAIN_MS, signal)
    } catch {
      return undefined // Stopped before it began.
    }
  }
}

/** Between two looks whether the disk takes what is written. */
const LOOK_MS = 500

/** A finite run waits for its disk as long as for a destination: whoever started it is told, and not kept for ever. Resolves with `done`. */
export async function watchDisk(journal: Pick<Journal, 'fault'>, clock: Clock, waitMs: number, done: AbortSignal): Promise<void> {
  let sinceMs: number | undefined
  while (true) {
    await clock.sleep(LOOK_MS, done).catch(() => {}) // The end of the run; the next line tells it.
    if (done.aborted) return
    const { fault } = journal
    if (fault === undefined) sinceMs = undefined
    else sinceMs ??= clock.now()
    if (sinceMs === undefined || clock.now() - sinceMs <= waitMs) continue
    const message = `${fault}, for ${waitMs / 1000} s. Nothing is lost: make room, or mend the disk, and the next run goes on from here`
    throw new FatalError('journal.unavailable', message, { exitCode: 69 })
  }
}

/** A sink that was not configured for a while goes on with what is retained; what it will never be sent is said. */
export async function warnOfRemoved(journal: JournalReader, sinks: readonly string[], logger: Logger): Promise<void> {
  for (const component of sinks) {
    const { removed } = await journal.backlog(component)
    if (removed === 0) continue
    const message =
      `${removed} events after the position of this sink are no longer in the journal, and it is not sent them: the retention removed them ` +
      'while it was not configured. It goes on with the oldest that is retained'
    logger.warn(message, { component })
  }
}

/** What the configuration has, by the names that positions have, and how it is named to a command. */
export interface PositionNames {
  readonly sinks: readonly string[]
  /** Such as `acme/organization`. */
  readonly streams: readonly string[]
  /** Such as ` -c tailrace.yaml`. */
  readonly commandOptions?: string | undefined
}

/**
 * Positions belong to ids. One that nobody goes on from is warned of: an id was changed, a part of the configuration is missing,
 * or it was taken out for good. That a sink begins anew is said.
 */
export async function tellPositions(journal: JournalReader, names: PositionNames, logger: Logger): Promise<void> {
  const { sinks, streams, commandOptions = '' } = names
  const forget = (name: string) =>
    `If it was taken out for good: "tailrace state reset ${name}${commandOptions}", while nothing runs, forgets the position`
  const known = await journal.sinks()
  for (const component of sinks.filter(id => !known.includes(id))) {
    const { events } = await journal.backlog(component)
    if (events > 0) logger.info(`no position in the journal: it is sent the ${events} events that are retained`, { component })
  }
  for (const component of known.filter(id => !sinks.includes(id))) {
    const { events } = await journal.backlog(component)
    const message =
      `the journal has a position of this sink, which is not configured: ${events} events wait for it, and the retention may remove them. ` +
      `Under another id a sink begins with the oldest retained event. ${forget(component)}`
    logger.warn(message, { component })
  }
  for (const key of await journal.streams()) {
    const component = streamName(key)
    if (streams.includes(component) || (await journal.streamPosition(key)) === undefined) continue
    const message =
      'the journal has a position of this stream, which no configured source reads. Under another id a source begins at its start. ' +
      forget(component)
    logger.warn(message, { component })
  }
}

/** Says which streams do not begin at `--from`, for they have a position; a warning where less is read than was asked for. */
export async function tellFrom(
  journal: JournalReader,
  fromMs: number,
  { streams, commandOptions = '' }: Pick<PositionNames, 'streams' | 'commandOptions'>,
  logger: Logger,
): Promise<void> {
  for (const key of await journal.streams()) {
    const component = streamName(key)
    const position = streams.includes(component) ? await journal.streamPosition(key) : undefined
    if (position === undefined) continue
    const { startS = Number.POSITIVE_INFINITY } = readPosition(position) ?? {}
    const stands = '--from is passed over: this stream goes on from the position that it has'
    if (fromMs >= startS * 1000) {
      const message = `${stands}. It has read from before --from on; "tailrace replay" sends a sink again what the journal retains`
      logger.info(message, { component })
      continue
    }
    const since = Number.isFinite(startS)
      ? `; it began at ${new Date(startS * 1000).toISOString()}, and what is before that is not read`
      : ''
    const again = `To read from --from on: stop, "tailrace state reset ${component}${commandOptions}", and run with --from again`
    logger.warn(`${stands}${since}. ${again}`, { component })
  }
}

/** Opens the journal for reading alone, also while a run is going on. */
export async function openJournalReader(path: string, clock: Clock): Promise<JournalReader> {
  const { openSqliteJournalReadOnly } = await import('../journal/sqlite/index.ts')
  return openSqliteJournalReadOnly(path, { clock })
}
