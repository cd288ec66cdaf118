import { expect, test } from 'vitest'
import { Collected } from './collected.ts'
import { parsePage } from './page.ts'

const page = (...bodies: object[]) =>
  parsePage(Buffer.from(bodies.map(body => JSON.stringify(body)).join('\n')), { component: 'test', timeField: 'at' })
const idsOf = ({ elements }: Pick<Collected, 'elements'>) => elements.map(({ id }) => id)

test('a document without a list beside one with a list takes nothing from it', () => {
  const list = { data: [{ id: 'a' }], has_more: true }
  expect(idsOf(page(list, { object: 'end' }))).toEqual(['a'])
  expect(idsOf(page({ object: 'begin' }, list))).toEqual(['a'])
  expect(() => page({ object: 'begin' }, { object: 'end' })).toThrow('no list in "data"')
})

test.each([
  [7, 7],
  ['7', 7],
  [' ', undefined],
  ['', undefined],
  ['yesterday', undefined],
  [null, undefined],
])('the time %j is %s', (at, timeS) => {
  const { elements, oldestS, newestS } = page({ data: [{ id: 'a', at }] })
  expect([elements[0]!.timeS, oldestS, newestS]).toEqual([timeS, timeS, timeS])
})

test.each([
  [true, true],
  [false, false],
  [undefined, false],
  ['true', false],
])('has_more %j promises more: %s', (has_more, promised) => {
  expect(page({ data: [], has_more }).hasMore).toBe(promised)
})

test.each([
  ['the last element, whatever the answer says', { data: [{ id: 'a' }, { id: 'b' }], last_id: 'a' }, 'b'],
  ['what the answer says where that has none', { data: [{ id: 'a' }, {}], last_id: 'z' }, 'z'],
  ['nothing', { data: [{}], last_id: '' }, undefined],
])('the next page is behind %s', (_, body, cursor) => {
  expect(page(body).cursor).toBe(cursor)
})

test('an id that comes again with another text is collected again, with the same text once', () => {
  const collected = new Collected()
  const added = [{ id: 'a', n: 1 }, { id: 'a', n: 2 }, { id: 'a', n: 1 }, { id: 'a', n: 2 }, { n: 3 }, { n: 3 }, { id: 'b', n: 1 }].map(
    element => collected.add(page({ data: [element] })),
  )
  expect(added).toEqual([1, 1, 0, 0, 1, 0, 1])
  expect(idsOf(collected)).toEqual(['a', 'a', undefined, 'b'])
})

// A page that reaches beyond the one before on either side does not follow on it.
test.each([
  ['newest first', [9, 5], [5, 1], true],
  ['newest first', [9, 5], [8, 4], true],
  ['newest first', [9, 5], [10, 4], false],
  ['newest first', [9, 5], [8, 6], false],
  ['oldest first', [5, 9], [9, 12], true],
  ['oldest first', [5, 9], [6, 8], false],
  ['oldest first', [5, 9], [4, 10], false],
])('%s, %j goes on with %j: %s', (order, before, after, isInOrder) => {
  const [first, next] = [before, after].map(times => page({ data: times.map(at => ({ id: `${at}`, at })) }))
  const collected = new Collected()
  collected.add(first!)
  expect([collected.order, collected.isInOrder(first!, next!)]).toEqual([order, isInOrder])
})
