import { expect, test } from 'vitest'
import { Listing, type Question } from './listing.ts'
import { type Page, parsePage } from './page.ts'

const never = new AbortController().signal
const WINDOW = { fromS: 0, toS: 1000 }
const QUESTIONS_MAX = 500

interface Oddities {
  readonly cursors?: 'honest' | 'inverted' | 'ignored'
  /** What has_more says, given the truth. */
  readonly hasMore?: (truth: boolean, pageEvents: number) => boolean
  readonly withoutLastId?: boolean
}

/** The list endpoint over events of the given times, newest first, with its oddities. */
function api(timesS: readonly number[], { cursors = 'honest', hasMore = truth => truth, withoutLastId = false }: Oddities, limit = 10) {
  const held = timesS.map((timeS, n) => ({ id: `e${n}`, effective_at: timeS })).sort((a, b) => b.effective_at - a.effective_at)
  let questions = 0
  const ask = async ({ fromS, toS, cursor }: Question): Promise<Page> => {
    if (++questions > QUESTIONS_MAX) throw new Error('it asks for ever')
    const window = held.filter(({ effective_at: at }) => at >= fromS && at < toS)
    const at = cursor === undefined || cursors === 'ignored' ? undefined : window.findIndex(({ id }) => id === cursor.id)
    const isOlder = (cursor?.name === 'after') === (cursors !== 'inverted')
    const rest = at === undefined ? window : isOlder ? window.slice(at + 1) : window.slice(0, at)
    const page = rest.slice(0, limit)
    const last = withoutLastId ? {} : { last_id: page.at(-1)?.id ?? null }
    return parsePage(JSON.stringify({ data: page, ...last, has_more: hasMore(rest.length > limit, page.length) }))
  }
  const listing = new Listing({ ask, pageEvents: limit, windowEventsMax: 10_000 })
  return { listing, ids: held.map(({ id }) => id).sort(), questions: () => questions }
}

const SPREAD = Array.from({ length: 95 }, (_, n) => n * 10)
const TIES = [...Array.from({ length: 35 }, () => 500), ...Array.from({ length: 25 }, (_, n) => n * 30)]

const CASES: { name: string; times: readonly number[]; odd: Oddities }[] = [
  { name: 'an honest API', times: SPREAD, odd: {} },
  { name: 'nothing at all', times: [], odd: {} },
  { name: 'a page to the brim, and no more', times: SPREAD.slice(0, 10), odd: {} },
  { name: 'inverted cursors', times: SPREAD, odd: { cursors: 'inverted' } },
  { name: 'ignored cursors', times: SPREAD, odd: { cursors: 'ignored' } },
  { name: 'a second with more than a page', times: TIES, odd: {} },
  { name: 'a second with more than a page, and inverted cursors', times: TIES, odd: { cursors: 'inverted' } },
  { name: 'has_more: false on every full page', times: SPREAD, odd: { hasMore: () => false } },
  { name: 'has_more: true on the last page', times: SPREAD, odd: { hasMore: (_, size) => size > 0 } },
  { name: 'no last_id', times: SPREAD, odd: { withoutLastId: true } },
]

test.each(CASES)('lists everything once: $name', async ({ times, odd }) => {
  const { listing, ids } = api(times, odd)
  await listing.drain(WINDOW, never)
  expect(listing.elements.map(({ id }) => id!).sort()).toEqual(ids)
})

// Goal: what can't be listed is an error that is told, and never skipped.
test('a full second with cursors that lead nowhere is an error', async () => {
  const { listing } = api(TIES, { cursors: 'ignored' })
  await expect(listing.drain(WINDOW, never)).rejects.toMatchObject({ name: 'RetryableError', code: 'openai_audit.undrainable' })
})

test('empty pages that promise more are an error, after a few questions', async () => {
  const { listing, questions } = api([], { hasMore: () => true })
  await expect(listing.drain(WINDOW, never)).rejects.toMatchObject({ code: 'openai_audit.contradiction' })
  expect(questions()).toBeLessThan(20)
})

test('one question lists a window of one page', async () => {
  const { listing, questions } = api(SPREAD.slice(0, 4), {})
  await listing.drain(WINDOW, never)
  expect(questions()).toBe(1)
})
