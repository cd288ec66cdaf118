import { Option } from 'commander'
import type { CheckedConfig } from '../config/load.ts'
import type { Journal, JournalReader } from '../journal/journal.ts'
import { openJournal, openJournalReader } from '../service/journal.ts'
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

/** The journal to be asked only, also while a run is going on. */
export const readerOf = (options: JournalOption, io: Io): Promise<JournalReader> =>
  openJournalReader(journalPathOf(options, io), systemClock)

/** The journal to be changed: a run that is going on holds it, and the error says so. */
export function writerOf(config: CheckedConfig, io: Io): Promise<Journal> {
  durablePath(config)
  const logger = { debug: () => {}, info: io.say, warn: io.say, error: io.say }
  return openJournal(config, { clock: systemClock, logger, meter: SILENT_METER })
}

function durablePath({ journal }: CheckedConfig): string {
  if (journal.type === 'sqlite') return journal.path
  throw notFound('The configured journal is of type memory: it exists only within a run')
}
