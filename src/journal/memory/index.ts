import type { Journal, JournalContext, JournalLimits } from '../journal.ts'
import { MemoryJournal } from './journal.ts'

/**
 * A journal that nothing of survives the process: for trying things out, benches and simulations. Bounded by its
 * limits, where bytes are now bytes of memory. Its promises resolve as soon as the change is made.
 */
export async function openMemoryJournal(limits: JournalLimits, context: JournalContext): Promise<Journal> {
  return new MemoryJournal(limits, context)
}
