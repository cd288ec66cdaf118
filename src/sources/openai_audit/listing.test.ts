import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RetryableError } from '../../core/errors.ts'
import { WindowTooLargeError } from '../../paging/drained.ts'
import { type Page, parsePage } from '../../paging/page.ts'
import { Listing, type Question } from './listing.ts'
import { SHAPE } from './query.ts'

const never = new AbortController().signal
const WINDOW = { fromS: 0, toS: 1000 }
const QUESTIONS_MAX = 20_000

interface Oddities {
  readonly cursors?: 'honest' | 'inverted' | 'ignored' | 'lead nowhere'
  readonly order?: 'newest first' | 'oldest first' | 'none'
  /** What has_more says: the truth, true on every page that is not empty, or false on every full page. */
  readonly hasMore?: 'true to fact' | 'always' | 'never'
  readonly lastId?: 'of the last' | 'missing' | 'of the first' | 'of one behind'
  readonly pageEvents?: number
  /** The most the API gives in one page, whatever is asked for. */
  readonly pageEventsMax?: number
  readonly windowEventsMax?: number
}

/** The list endpoint over events of the given times, with its oddities. */
function api(timesS: readonly number[], odd: Oddities) {
  const { cursors = 'honest', order = 'newest first', hasMore = 'true to fact', lastId = 'of the last', pageEvents = 10 } = odd
  const held = timesS.map((timeS, n) => ({ id: `e${n}`, effective_at: timeS }))
  if (order !== 'none') held.sort((a, b) => (b.effective_at - a.effective_at) * (order === 'newest first' ? 1 : -1))
  let questions = 0
  const ask = async ({ fromS, toS, cursor, pageEvents: asked }: Question): Promise<Page> => {
    if (++questions > QUESTIONS_MAX) throw new Error('it asks for ever')
    const window = held.filter(({ effective_at: at }) => at >= fromS && at < toS)
    const at = cursor === undefined || cursors === 'ignored' ? undefined : window.findIndex(({ id }) => id === cursor.id)
    const isOn = (cursor?.name === 'after') === (cursors !== 'inverted')
    const rest = at === undefined ? window : cursors === 'lead nowhere' ? [] : isOn ? window.slice(at + 1) : window.slice(0, at)
    const page = rest.slice(0, Math.min(asked ?? pageEvents, odd.pageEventsMax ?? 1000))
    const truth = rest.length > page.length
    const last = {
      'of the last': page.at(-1),
      missing: undefined,
      'of the first': page[0],
      'of one behind': rest[page.length] ?? page.at(-1),
    }[lastId]
    const more = hasMore === 'true to fact' ? truth : hasMore === 'always' && page.length > 0
    return parsePage(Buffer.from(JSON.stringify({ data: page, last_id: last?.id, has_more: more })), SHAPE)
  }
  const listing = new Listing({ ask, pageEvents, windowEventsMax: odd.windowEventsMax ?? 10_000 })
  const listed = () => listing.collected.elements.map(({ id }) => id!).sort()
  return { listing, listed, ids: held.map(({ id }) => id).sort(), held, questions: () => questions }
}

const SPREAD = Array.from({ length: 95 }, (_, n) => n * 10)
const TIES = [...Array.from({ length: 35 }, () => 500), ...Array.from({ length: 25 }, (_, n) => n * 30)]

const CASES: { name: string; times: readonly number[]; odd: Oddities }[] = [
  { name: 'an honest API', times: SPREAD, odd: {} },
  { name: 'nothing at all', times: [], odd: {} },
  { name: 'a page to the brim, and no more', times: SPREAD.slice(0, 10), odd: {} },
  { name: 'inverted cursors', times: SPREAD, odd: { cursors: 'inverted' } },
  { name: 'inverted cursors and one event a page', times: TIES, odd: { cursors: 'inverted', pageEvents: 1 } },
  { name: 'ignored cursors', times: SPREAD, odd: { cursors: 'ignored' } },
  { name: 'cursors that lead to an empty last page', times: SPREAD, odd: { cursors: 'lead nowhere' } },
  {
    name: 'cursors that lead to an empty last page, and has_more: false',
    times: SPREAD,
    odd: { cursors: 'lead nowhere', hasMore: 'never' },
  },
  { name: 'a second with more than a page', times: TIES, odd: {} },
  { name: 'a second with more than a page, and inverted cursors', times: TIES, odd: { cursors: 'inverted' } },
  { name: 'has_more: false on every full page', times: SPREAD, odd: { hasMore: 'never' } },
  { name: 'has_more: true on every page', times: TIES, odd: { hasMore: 'always' } },
  { name: 'has_more: true on every page of a quiet window', times: [500], odd: { hasMore: 'always' } },
  { name: 'no last_id', times: SPREAD, odd: { lastId: 'missing' } },
  { name: 'a last_id that is the first', times: TIES, odd: { lastId: 'of the first' } },
  { name: 'a last_id that leaves one out', times: TIES, odd: { lastId: 'of one behind' } },
  { name: 'oldest first', times: TIES, odd: { order: 'oldest first' } },
  { name: 'oldest first, ignored cursors', times: SPREAD, odd: { order: 'oldest first', cursors: 'ignored' } },
  { name: 'in no order, ignored cursors', times: SPREAD.toReversed().map(s => (s * 7) % 950), odd: { order: 'none', cursors: 'ignored' } },
  { name: 'smaller pages than asked for', times: TIES, odd: { pageEventsMax: 4 } },
]

test.each(CASES)('lists everything once: $name', async ({ times, odd }) => {
  const { listing, listed, ids } = api(times, odd)
  await listing.drain(WINDOW, never)
  expect(listed()).toEqual(ids)
})

const oneOf = <T extends string>(...values: T[]) => fc.constantFrom(...values)
const oddities = fc.record({
  cursors: oneOf('honest', 'inverted', 'ignored', 'lead nowhere'),
  order: oneOf('newest first', 'oldest first', 'none'),
  hasMore: oneOf('true to fact', 'always', 'never'),
  lastId: oneOf('of the last', 'missing', 'of the first', 'of one behind'),
  pageEvents: fc.integer({ min: 1, max: 12 }),
  pageEventsMax: fc.integer({ min: 2, max: 12 }),
})
const times = fc.array(fc.oneof(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 490, max: 500 })), { maxLength: 60 })

/** Nothing in its answers tells them from those of an honest API that holds less. */
const isUndetectable = ({ hasMore, pageEvents, pageEventsMax }: { hasMore: string; pageEvents: number; pageEventsMax: number }) =>
  hasMore === 'never' && pageEventsMax < Math.max(2, pageEvents)

describe('whatever the API does', () => {
  test('a window is listed whole or the listing says that it is not', () =>
    fc.assert(
      fc.asyncProperty(times, oddities, async (timesS, odd) => {
        fc.pre(!isUndetectable(odd))
        const { listing, listed, ids } = api(timesS, odd)
        const error: unknown = await listing.drain(WINDOW, never).catch((cause: unknown) => cause)
        if (error === undefined) expect(listed()).toEqual(ids)
        else expect(error).toBeInstanceOf(RetryableError)
      }),
      { numRuns: 1000 },
    ))

  test('a window without a full second is always listed whole where has_more is true to fact', () =>
    fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 60 }), oddities, async (timesS, odd) => {
        const { listing, listed, ids } = api(timesS, { ...odd, hasMore: 'true to fact' })
        await listing.drain(WINDOW, never)
        expect(listed()).toEqual(ids)
      }),
      { numRuns: 1000 },
    ))

  test('of a window that is too large, all from the second it names has been listed', () =>
    fc.assert(
      fc.asyncProperty(times, oddities, fc.integer({ min: 1, max: 30 }), async (timesS, odd, windowEventsMax) => {
        fc.pre(!isUndetectable(odd) && odd.order !== 'none')
        const { listing, listed, held } = api(timesS, { ...odd, windowEventsMax })
        const error: unknown = await listing.drain(WINDOW, never).catch((cause: unknown) => cause)
        fc.pre(error instanceof WindowTooLargeError)
        const { wholeFromS } = error as WindowTooLargeError
        const whole = held.filter(({ effective_at: at }) => at >= wholeFromS).map(({ id }) => id)
        expect(listed()).toEqual(expect.arrayContaining(whole))
      }),
      { numRuns: 1000 },
    ))
})

// Goal: what can't be listed is an error that is told, and never skipped.
test('a full second with cursors that lead nowhere is an error', async () => {
  const { listing } = api(TIES, { cursors: 'ignored' })
  await expect(listing.drain(WINDOW, never)).rejects.toMatchObject({ name: 'RetryableError', code: 'openai_audit.undrainable' })
})

test('empty pages that promise more are an error, after a few questions', async () => {
  let questions = 0
  const ask = async () => {
    questions++
    return parsePage(Buffer.from('{"data":[],"has_more":true}'), SHAPE)
  }
  const listing = new Listing({ ask, pageEvents: 10, windowEventsMax: 100 })
  await expect(listing.drain(WINDOW, never)).rejects.toMatchObject({ code: 'openai_audit.contradiction' })
  expect(questions).toBeLessThan(20)
})

test('where times are not those asked for, no part of a window that is too large counts as listed', async () => {
  const times = Array.from({ length: 10 }, (_, n) => ({ id: `e${n}`, effective_at: 400 - n }))
  const ask = async () => parsePage(Buffer.from(JSON.stringify({ data: times, has_more: true })), SHAPE)
  const listing = new Listing({ ask, pageEvents: 10, windowEventsMax: 5 })
  await expect(listing.drain({ fromS: 500, toS: 1000 }, never)).rejects.toMatchObject({ wholeFromS: 1000 })
})

test('one question lists a window of one page', async () => {
  const { listing, questions } = api(SPREAD.slice(0, 4), {})
  await listing.drain(WINDOW, never)
  expect(questions()).toBe(1)
})

test('inverted cursors cost one question more, once', async () => {
  const { listing, questions } = api(SPREAD, { cursors: 'inverted' })
  await listing.drain(WINDOW, never)
  expect(questions()).toBe(11)
})
