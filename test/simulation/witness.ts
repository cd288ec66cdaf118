import type { SealedWindow } from '../../src/core/batch.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { ApiEvent } from './audit_api.ts'
import { overriding } from './life.ts'

/** Events that the destination refuses for good. */
export const isBad = (id: string) => id.endsWith('13')

/** What has arrived, and what should never have happened. Outside of what is killed: nothing there can hide it. */
export class Witness {
  readonly arrived = new Map<string, number>()
  readonly dead = new Set<string>()
  readonly violations: string[] = []
  writes = 0
}

/** Looks at every position that is saved (invariants 1 and 2). */
export function watched(journal: Journal, witness: Witness): Journal {
  return overriding(journal, {
    saveSinkPosition: async (sink, position) => {
      const gaps = await unaccounted(journal, witness, position as number)
      if (gaps.length > 0)
        witness.violations.push(`position ${JSON.stringify(position)} was saved before ${gaps.slice(0, 3).join(', ')} had arrived`)
      await journal.saveSinkPosition(sink, position)
    },
    addDeadLetters: async letters => {
      await journal.addDeadLetters(letters)
      for (const { eventId } of letters) witness.dead.add(eventId)
    },
  })
}

async function unaccounted(journal: Journal, { arrived, dead }: Witness, upTo: number): Promise<string[]> {
  const missing: string[] = []
  const ended = AbortSignal.abort(new Error('at the head'))
  let at = 0
  for await (const { events } of journal.read(undefined, { batchEventsMax: 1000, endAtHead: ended }, new AbortController().signal)) {
    for (const { id, text } of events) {
      if (at++ >= upTo) return missing
      if (!arrived.has(`${id}\n${text}`) && !dead.has(id)) missing.push(id)
    }
  }
  return missing
}

/** After the end: everything the API has is at the sink or dead, and once in the journal. */
export async function judgeEvents(journal: Journal, apiEvents: readonly ApiEvent[], { violations, arrived, dead }: Witness): Promise<void> {
  const lost = apiEvents.filter(({ id, text }) => !arrived.has(`${id}\n${text}`) && !(isBad(id) && dead.has(id)))
  if (lost.length > 0)
    violations.push(
      `${lost.length} events never arrived: ${lost
        .slice(0, 3)
        .map(({ id }) => id)
        .join(', ')}`,
    )
  const held = new Map<string, number>()
  for await (const { id } of journal.range({ fromMs: 0, toMs: 2 ** 45 })) held.set(id, (held.get(id) ?? 0) + 1)
  const twice = [...held].filter(([, count]) => count > 1)
  if (twice.length > 0) violations.push(`${twice.length} events are in the journal twice: ${twice[0]![0]}`)
  for (const id of dead) if (!isBad(id)) violations.push(`${id} is a dead letter and was not refused`)
}

/** The windows of the ledger leave no second out before `endMs`. */
export function judgeLedger(rows: readonly SealedWindow[], endMs: number, { violations }: Witness): void {
  let reachedS: number | undefined
  for (const { fromS, toS } of [...rows].sort((a, b) => a.fromS - b.fromS)) {
    if (reachedS !== undefined && fromS > reachedS) violations.push(`the ledger has a gap from ${reachedS} to ${fromS}`)
    reachedS = Math.max(reachedS ?? toS, toS)
  }
  if (reachedS === undefined || reachedS * 1000 < endMs) violations.push('the ledger ends before the last event')
}
