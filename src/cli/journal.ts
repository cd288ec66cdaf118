import { Option } from 'commander'
import type { CheckedConfig } from '../config/load.ts'
import { didYouMean } from '../config/nearest.ts'
import type { Journal, JournalReader, StreamKey } from '../journal/journal.ts'
import { openJournalReader } from '../service/journal.ts'
import { SILENT_METER } from '../service/meter.ts'
import { systemClock } from '../toolkit/clock.ts'
import { notFound } from './exit.ts'
import type { Io } from './io.ts'
import { type ConfigOption, configOf } from './options.ts'

export interface JournalOption extends ConfigOption {
  readonly journal?: string
}

/** For those who have the journal but not the secrets that its configuration names. */
export const journalOption = () => new Option('--journal <file>', 'file of the journal, instead of the one the configuration names')

export const journalPathOf = (options: JournalOption, io: Io): string => options.journal ?? durablePath(configOf(options, io))

/** The journal for reading alone, also while a run is going on. */
export const readerOf = (options: JournalOption, io: Io): Promise<JournalReader> =>
  openJournalReader(journalPathOf(options, io), systemClock)

/**
 * The journal for a change by an operator; throws while a run holds it. The retention removes nothing here, whatever
 * the configuration says.
 */
export async function writerOf(path: string, io: Io): Promise<Journal> {
  await using reader = await openJournalReader(path, systemClock) // Where there is none, none is made.
  const sinks = await reader.sinks()
  const none = Number.MAX_SAFE_INTEGER
  const limits = { sinks, backlogBytesMax: none, retentionAgeMs: none, retentionBytesMax: none }
  const logger = { debug: () => {}, info: io.say, warn: io.say, error: io.say }
  const { openSqliteJournal } = await import('../journal/sqlite/index.ts')
  return openSqliteJournal({ path, ...limits }, { clock: systemClock, logger, meter: SILENT_METER })
}

/**
 * Refuses a source that neither the journal nor `configured` has: of one that is misspelt, no events would look like silence.
 */
export async function checkSources(
  journal: JournalReader,
  sources: readonly string[] = [],
  configured: Iterable<string> = [],
): Promise<void> {
  const known = new Set([...(await journal.streams()).map(({ source }) => source), ...configured])
  const unknown = sources.find(source => !known.has(source))
  if (unknown !== undefined) throw unknownName('The journal knows no source', unknown, known)
}

/** Of a name that is most likely misspelt: what there is, and which of it may be meant. */
export function unknownName(what: string, name: string, known: Iterable<string>) {
  const names = [...known]
  return notFound(`${what} "${name}"; there are: ${names.join(', ') || 'none'}${didYouMean(name, names)}`)
}

/** The stream of that name; undefined for the name of a sink. */
export function streamOf(name: string): StreamKey | undefined {
  const slash = name.indexOf('/')
  return slash < 0 ? undefined : { source: name.slice(0, slash), stream: name.slice(slash + 1) }
}

function durablePath({ journal }: CheckedConfig): string {
  if (journal.type === 'sqlite') return journal.path
  throw notFound('The configured journal is of type memory: it exists only within a run')
}
