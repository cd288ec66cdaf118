import { expect } from 'vitest'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { contextWith, drain, event, idsOf, KEY, LIMITS, never } from './journals.ts'
import type { journalFolder } from './sqlite_journal.ts'
import { settled } from './virtual_clock.ts'

export const OTHER = { source: 'acme', stream: 'tenant' }

/** Appends of two streams whose positions count their events, so that any moment can be told from a mixture of two. */
export async function fillJournal(place: ReturnType<typeof journalFolder>, appends: number) {
  const { journal, store } = place.openBare({ sinks: ['s'] })
  const counts = { [KEY.stream]: 0, [OTHER.stream]: 0 }
  for (let n = 0; n < appends; n++) {
    const key = n % 3 === 0 ? OTHER : KEY
    const size = 1 + (n % 7)
    const text = (index: number) =>
      JSON.stringify({ n, index, noise: Array.from({ length: 60 * (n % 5) }, () => Math.random().toString(36)) })
    const events = Array.from({ length: size }, (_, index) => event(n * 10 + index, { ...key, text: text(index) }))
    counts[key.stream]! += size
    await journal.append(key, { events, position: counts[key.stream]! }, never)
    if (n % 4 === 0) await journal.saveSinkPosition('s', (await journal.head()) as number)
    await settled()
  }
  return { journal, store }
}

/** Opens what is left: either the fault that names the file, or the journal as it was at one moment. */
export async function examineJournal(path: string): Promise<number> {
  try {
    await using journal = await openSqliteJournal({ ...LIMITS, sinks: ['s'], path }, contextWith())
    const batches = await drain(journal)
    for (const { stream } of [KEY, OTHER]) {
      const count = batches.flatMap(({ events }) => events).filter(found => found.stream === stream).length
      expect(count).toBe((await journal.streamPosition({ source: 'acme', stream })) ?? 0)
      expect([...journal.history({ source: 'acme', stream }).ids(0, 1e12)]).toHaveLength(count)
    }
    expect((await journal.sinkPosition('s')) ?? 0).toBeLessThanOrEqual((await journal.head()) as number)
    await journal.append(KEY, { events: [event(7777)], position: 1e6 }, never)
    expect(idsOf(await drain(journal)).at(-1)).toBe('e7777')
    return batches.flatMap(({ events }) => events).length
  } catch (error) {
    expect(error).toMatchObject({ code: 'journal.damaged', exitCode: 70, message: expect.stringContaining(path) })
    return -1
  }
}
