import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { event, KEY, LIMITS, never, START_MS } from '../../test/support/journals.ts'
import { journalFolder } from '../../test/support/sqlite_journal.ts'
import { digestOf } from '../paging/digest.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const START_S = START_MS / 1000
const QUARTER = ['e0', 'e1', 'e2', 'e3']
const WHEN = '2026-01-01T00:00:00.000Z to 2026-01-01T00:15:00.000Z'

interface Case {
  readonly name: string
  /** Received a minute after the first window was sealed. */
  readonly late?: readonly string[]
  /** What the first window was sealed with. */
  readonly first?: readonly string[]
  /** What each window after it was sealed with, and how many of it were new. */
  readonly again: readonly (readonly [ids: readonly string[], events: number])[]
  /** Taken out of the journal afterwards. */
  readonly lost?: string
  readonly differences?: readonly string[]
  readonly note?: string
}

const unlike = (held: number) =>
  `acme/organization: events may be missing: ${WHEN} was listed with other ids than the ${held} that the journal holds`
const less = (windows: string, count: string) =>
  `acme/organization: nothing is missing: ${WHEN}, ${windows} listed again with fewer events than before: 0 are missing here, ` +
  `${count} that the journal holds are no longer listed by the API`

// Goal: what an API has ceased to list is no alarm, and hides none.
test.each<Case>([
  { name: 'the same', again: [[QUARTER, 0]] },
  { name: 'fewer', again: [[['e0', 'e2'], 0]], note: less('1 window was', '2') },
  { name: 'none', again: [[[], 0]], note: less('1 window was', '4') },
  { name: 'none, and one was lost', again: [[[], 0]], lost: 'e2', differences: [unlike(3), unlike(3)] },
  {
    name: 'fewer and fewer',
    again: [
      [['e0', 'e2'], 0],
      [['e2'], 0],
    ],
    note: less('2 windows were', '3 or more'),
  }, // prettier-ignore
  { name: 'fewer, one of them new', late: ['e4'], again: [[['e0', 'e4'], 1]], differences: [unlike(5)] },
  { name: 'fewer, and one was lost', again: [[['e0', 'e2'], 0]], lost: 'e2', differences: [unlike(3), unlike(3)] },
  {
    name: 'fewer, and one that only this listing tells of was lost',
    late: ['e4'],
    again: [[['e0', 'e4'], 0]],
    lost: 'e4',
    differences: [unlike(4)],
  },
  { name: 'fewer than what no listing tells of', late: ['forged'], again: [[QUARTER, 0]], differences: [unlike(5)] },
  { name: 'as many, but others', again: [[['e0', 'e1', 'e2', 'gone'], 0]], differences: [unlike(4)] },
  { name: 'fewer, and some that are not held', again: [[['e0', 'x', 'y', 'z', 'zz'], 0]], differences: [unlike(4)] },
])('of a window that was listed again with $name', async ({ late = [], first = QUARTER, again, lost, differences = [], note }) => {
  using place = journalFolder()
  {
    await using journal = await place.open(LIMITS)
    const window = { fromS: START_S, toS: START_S + 900, repeats: 0, late: 0 }
    const append = (ids: readonly string[], receivedMs: number, sealed: readonly object[]) =>
      Promise.all(
        ids.map((id, index) => {
          const timeMs = START_MS + index * MINUTE_MS
          const text = JSON.stringify({ id, effective_at: timeMs / 1000 })
          const rows = index === ids.length - 1 ? sealed : []
          const batch = { events: [event(0, { id, timeMs, receivedMs, text })], position: index, sealed: rows as never }
          return journal.append(KEY, batch, never)
        }),
      )
    const sealedAtMs = START_MS + 15 * MINUTE_MS
    await append(QUARTER, sealedAtMs, [{ ...window, sealedAtMs, events: 4, digest: digestOf(first) }])
    await append(late, sealedAtMs + MINUTE_MS, [])
    const rows = again.map(([ids, events], index) => ({
      ...window,
      sealedAtMs: sealedAtMs + (2 + index) * MINUTE_MS,
      events,
      repeats: ids.length - events,
      digest: digestOf(ids),
    }))
    await append(['newer'], sealedAtMs + HOUR_MS, rows)
  }
  if (lost !== undefined) {
    using database = new DatabaseSync(place.path)
    expect(database.prepare('DELETE FROM batches WHERE instr(directory, ?) > 0').run(`"${lost}"`).changes).toBe(1)
  }
  const { code, out } = await cli(['verify', '--digests', '--json', '--journal', place.path])
  const found = JSON.parse(out) as { differences: string[]; notes: string[] }
  expect(found).toMatchObject({ differences, notes: note === undefined ? [] : [note] })
  expect(code).toBe(differences.length === 0 ? 0 : 2)
  if (note !== undefined) expect((await cli(['verify', '--digests', '--journal', place.path])).out).toContain(`${note}\n`)
})
