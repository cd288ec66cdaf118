import type { Journal, JournalContext, JournalLimits } from '../journal.ts'
import { MemoryJournal } from './journal.ts'

/**
 * A journal of which nothing survives the process: for trying things out, benches and simulations. Bounded by its
 * limits, whose bytes are bytes of memory here. Its promises resolve as soon as the change is made.
 */
export async function openMemoryJournal(limits: JournalLimits, context: JournalContext): Promise<Journal> {
  return new MemoryJournal(limits, context)
}
