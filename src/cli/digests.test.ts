import { expect, test, vi } from 'vitest'
import { contextWith, drain, event, KEY, LIMITS, never, START_MS } from '../../test/support/journals.ts'
import { journalFolder } from '../../test/support/sqlite_journal.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import type { JournalReader, LedgerRow } from '../journal/journal.ts'
import { digestOf } from '../paging/digest.ts'
import { Digests } from './digests.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const START_S = START_MS / 1000
/** Of a record that says when it happened. */
const TIMED = `{"effective_at":${START_S}}`

/** One event a minute for three hours; the retention has removed those of the first. */
async function shortenedJournal() {
  const clock = new VirtualClock()
  const place = journalFolder()
  const journal = await place.open({ retentionAgeMs: 2 * HOUR_MS }, contextWith(clock))
  for (let minute = 0; minute < 180; minute++) {
    const fields = { timeMs: START_MS + minute * MINUTE_MS, receivedMs: clock.now(), text: TIMED }
    await journal.append(KEY, { events: [event(minute, fields)], position: minute }, never)
    await clock.advance(MINUTE_MS)
  }
  await journal.saveStreamPosition(KEY, 180)
  expect((await drain(journal)).at(0)?.events[0]?.id).toBe('e60')
  return {
    journal,
    async [Symbol.asyncDispose]() {
      await journal[Symbol.asyncDispose]()
      place[Symbol.dispose]()
    },
  }
}

/** The row of a window of these minutes, listed at their end. */
function listed(from: number, to: number, { repeats = 0, lost = false } = {}) {
  const ids = Array.from({ length: to - from }, (_, index) => `e${from + index}`)
  const digest = digestOf(lost ? [...ids, 'lost'] : ids)
  const [fromS, toS] = [START_S + from * 60, START_S + to * 60]
  return { ...KEY, fromS, toS, sealedAtMs: START_MS + to * MINUTE_MS, events: to - from - repeats, repeats, late: 0, digest }
}

async function told(journal: JournalReader, ...rows: readonly LedgerRow[]): Promise<readonly string[]> {
  const digests = new Digests(journal, KEY)
  for (const row of rows) await digests.add(row)
  return (await digests.findings()).differences
}

test.each([
  { name: 'events that are all held', row: listed(130, 145, { repeats: 14 }), isTold: false },
  { name: 'an event that is not held', row: listed(130, 145, { repeats: 14, lost: true }), isTold: true },
  { name: 'repeats that are removed', row: listed(50, 125, { repeats: 74 }), isTold: false },
  { name: 'an event that is not held, and nothing from before', row: listed(121, 125, { lost: true }), isTold: true },
  { name: 'an event that is not held, and no repeats', row: listed(50, 125, { lost: true }), isTold: true },
  { name: 'a listing that may have begun before what is held', row: listed(58, 62), isTold: false },
])('of a journal whose oldest texts are gone, a window with $name is told: $isTold', async ({ row, isTold }) => {
  await using shortened = await shortenedJournal()
  expect(await told(shortened.journal, row)).toHaveLength(isTold ? 1 : 0)
})

test('where nothing was removed, every window is compared', async () => {
  using place = journalFolder()
  await using journal = await place.open(LIMITS)
  await journal.append(KEY, { events: [event(0, { timeMs: START_MS, text: TIMED })], position: 1 }, never)
  expect(await told(journal, listed(0, 1))).toEqual([])
  expect(await told(journal, listed(0, 1, { repeats: 1, lost: true }))).toEqual([
    'acme/organization: events may be missing: 2026-01-01T00:00:00.000Z to 2026-01-01T00:01:00.000Z was listed with other ids than the 1 that the journal holds',
  ])
})

test.each([
  ['in the moment that it was sealed', 0, 1],
  ['later', 1, 0],
])('of a window, an event that was received %s counts: %i', async (_, ms, count) => {
  using place = journalFolder()
  await using journal = await place.open(LIMITS)
  const row = { ...listed(0, 1), digest: digestOf([]) }
  const fields = { timeMs: START_MS, receivedMs: row.sealedAtMs + ms, text: TIMED }
  await journal.append(KEY, { events: [event(0, fields)], position: 1 }, never)
  expect(await told(journal, row)).toHaveLength(count)
})

// Goal: no alarm for a clock that was an hour ahead and was set right.
test.each([
  { name: 'all that had been received', row: listed(0, 4), isTold: false },
  { name: 'one more', row: listed(0, 4, { lost: true }), isTold: true },
])('a window that was sealed after the clock was set back, with $name, is told: $isTold', async ({ row, isTold }) => {
  using place = journalFolder()
  await using journal = await place.open(LIMITS)
  const receipts = [0, HOUR_MS, HOUR_MS, HOUR_MS + 1, HOUR_MS + 2] // The last one came after the seal, before the clock was set back once more.
  for (const [minute, ms] of receipts.entries()) {
    const fields = { timeMs: START_MS + Math.min(minute, 3) * MINUTE_MS, receivedMs: START_MS + ms, text: TIMED }
    await journal.append(KEY, { events: [event(minute, fields)], position: minute }, never)
  }
  expect(await told(journal, row)).toHaveLength(isTold ? 1 : 0)
})

// Goal: no alarm for a late event that the past had listed already, and handed out after the poll that was listed without it.
test.each([
  { name: 'all but the last that had been received', row: listed(0, 4), isTold: false },
  { name: 'one more', row: listed(0, 4, { lost: true }), isTold: true },
  { name: 'nothing new, and less than is held', row: listed(0, 4, { repeats: 4 }), isTold: true },
])('a window that was sealed while another listing waited, with $name, is told: $isTold', async ({ row, isTold }) => {
  using place = journalFolder()
  await using journal = await place.open(LIMITS)
  const receipts = [0, 0, 3, 3, 2, 1] // The last two were handed out after the seal.
  for (const [minute, ms] of receipts.entries()) {
    const fields = { timeMs: START_MS + Math.min(minute, 3) * MINUTE_MS, receivedMs: START_MS + ms, text: TIMED }
    await journal.append(KEY, { events: [event(minute, fields)], position: minute }, never)
  }
  expect(await told(journal, row)).toHaveLength(isTold ? 1 : 0)
})

test('many windows are compared with few looks into the journal, each with its own events', async () => {
  using place = journalFolder()
  await using journal = await place.open(LIMITS)
  const minutes = Array.from({ length: 600 }, (_, minute) => minute)
  const fields = (minute: number) => ({ timeMs: START_MS + minute * MINUTE_MS, receivedMs: START_MS + minute * MINUTE_MS, text: TIMED })
  await journal.append(KEY, { events: minutes.map(minute => event(minute, fields(minute))), position: 1 }, never)
  const range = vi.spyOn(journal, 'range')
  const rows = minutes.map(minute => listed(minute, minute + 1, { lost: minute === 255 || minute === 256 || minute === 599 }))
  const sweeps = [0, 250, 500].map(minute => listed(minute, minute + 15, { repeats: 15, lost: minute === 250 }))
  const differences = await told(journal, ...[...rows, ...sweeps].sort((a, b) => a.fromS - b.fromS))
  expect(differences.map(text => /T(\S+):00.000Z to \S+T(\S+):00.000Z .* the (\d+) /.exec(text)?.slice(1).join(' '))).toEqual([
    '04:15 04:16 1',
    '04:16 04:17 1',
    '09:59 10:00 1',
    '04:10 04:25 15',
  ])
  expect(range).toHaveBeenCalledTimes(5) // Twice for the sweep: it brought nothing new, so it may have been listed with fewer events.
})
