import type { Position } from '../core/batch.ts'
import { ConfigError, FatalError } from '../core/errors.ts'
import type { JournalReader } from './journal.ts'

/** The journals of this folder count events: a position is how many were appended before it. */
export function eventCount(position: Position, head: number): number {
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 && position <= head) return position
  throw new ConfigError(
    'journal.position',
    `${JSON.stringify(position).slice(0, 100)} is no position of this journal: it counts events, from 0 to ${head}. ` +
      'A position of another journal means nothing here; set it anew with `tailrace state set`.',
  )
}

/** By how many events `a` stands after `b`, negative when before it; throws `ConfigError` for what is no position of the journal. */
export async function comparePositions(journal: JournalReader, a: Position, b: Position): Promise<number> {
  const head = (await journal.head()) as number
  return eventCount(a, head) - eventCount(b, head)
}

/** A position never goes back by itself (invariant 2). */
export function backwards(sink: string, position: number, last: number): FatalError {
  return new FatalError(
    'journal.backwards',
    `The position of sink "${sink}" was to go back from ${last} to ${position}. This is a fault of the program: please report it.`,
    { exitCode: 70 },
  )
}
