import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { LogEvent } from '../core/event.ts'
import { drained, seal, splitAt } from './drained.ts'
import { KnownIds } from './known_ids.ts'
import { parsePage } from './page.ts'
import { SharedEvents } from './shared_events.ts'

const SHAPE = { component: 'test', timeField: 'effective_at' }
const WINDOW = { fromS: 0, toS: 1000 }
const NAMES = { source: 'acme', stream: 'organization', receivedMs: 0 }
const PAGE_CHARS = 1_000_000

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** One event of now, and a large one of before. */
function windowOf(page: number) {
  const old = { id: 'known', effective_at: 100, padding: `${page}`.padEnd(PAGE_CHARS, 'x') }
  const answer = JSON.stringify({
    object: 'list',
    data: [{ id: `new-${page}`, effective_at: 500, note: 'ä \u2028' }, old],
    has_more: false,
  })
  const { elements } = parsePage(Buffer.from(answer), SHAPE)
  return drained(WINDOW, { elements, unreadable: [], order: 'newest first', duplicates: 0 }, NAMES)
}

const seals = { shared: new SharedEvents(), sealed: WINDOW, lateBeforeS: 0, rememberFromS: 0, sealedAtMs: 0, apiNowMs: 0, onLate: () => {} }

// Goal: what the journal keeps at hand of the newest is as large as their texts, not as the answers they came in.
test.each([
  ['beside known ones', (page: number, known: KnownIds) => seal(windowOf(page), { ...seals, known }).fresh],
  ['of a part of the window', (page: number, known: KnownIds) => seal(splitAt(windowOf(page), 300)[1], { ...seals, known }).fresh],
])('new events %s do not hold on to the whole answer', (_, freshOf) => {
  const known = new KnownIds()
  known.add('known', 100)
  const kept: LogEvent[] = []
  const beforeBytes = heapBytes()
  for (let page = 0; page < 50; page++) kept.push(...freshOf(page, known))
  const grownBytes = heapBytes() - beforeBytes
  expect(kept.map(({ id }) => id)).toEqual(Array.from({ length: 50 }, (_each, page) => `new-${page}`))
  expect(kept[7]!.text).toBe('{"id":"new-7","effective_at":500,"note":"ä \u2028"}')
  expect(grownBytes).toBeLessThan(10 * PAGE_CHARS)
})

test('an id that comes with two texts is two events, and one id of the digest', () => {
  const answer = '{"data":[{"id":"a","effective_at":9,"n":1},{"id":"b","effective_at":5},{"id":"a","effective_at":5,"n":2}]}'
  const { elements } = parsePage(Buffer.from(answer), SHAPE)
  const window = drained(WINDOW, { elements, unreadable: [], order: 'newest first', duplicates: 0 }, NAMES)
  const { fresh, row } = seal(window, { ...seals, known: new KnownIds() })
  expect(fresh.map(({ id }) => id)).toEqual(['a', 'b', 'a'])
  expect(row).toMatchObject({ events: 3, digest: createHash('sha256').update('a\nb\n').digest('hex') })
})

test('events are oldest first whatever order they were listed in, and a window is cut by their time', () => {
  const answer = JSON.stringify({ data: [7, 2, 9, 2, 5].map((effective_at, n) => ({ id: `e${n}`, effective_at })) })
  const { elements } = parsePage(Buffer.from(answer), SHAPE)
  const window = drained(WINDOW, { elements, unreadable: [], order: 'newest first', duplicates: 0 }, NAMES)
  const idsOf = ({ events }: { events: readonly LogEvent[] }) => events.map(({ id }) => id)
  expect(idsOf(window)).toEqual(['e3', 'e1', 'e4', 'e0', 'e2'])
  expect(splitAt(window, 5).map(idsOf)).toEqual([
    ['e3', 'e1'],
    ['e4', 'e0', 'e2'],
  ])
})
