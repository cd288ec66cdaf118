import type { CheckedConfig } from '../config/load.ts'
import type { Clock } from '../core/clock.ts'
import type { Journal, JournalContext, JournalLimits, JournalReader } from '../journal/journal.ts'

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
    return openMemoryJournal(limits, context)
  }
  const { openSqliteJournal } = await import('../journal/sqlite/index.ts')
  return openSqliteJournal({ path: journal.path, ...limits }, context)
}

/** Opens it to be asked only, also while a run is going on. */
export async function openJournalReader(path: string, clock: Clock): Promise<JournalReader> {
  const { openSqliteJournalReadOnly } = await import('../journal/sqlite/index.ts')
  return openSqliteJournalReadOnly(path, { clock })
}
