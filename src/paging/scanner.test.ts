import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../core/json.ts'
import { parsePage } from './page.ts'
import { scanBody } from './scanner.ts'

const SHAPE = { component: 'api', timeField: 'effective_at' }
const parse = (body: string) => parsePage(Buffer.from(body), SHAPE)
const indent = fc.constantFrom(undefined, 2, '\t')
/** Some in ASCII alone, some not. */
const anyJson = fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), fc.jsonValue())
const textOf = (value: unknown, space: string | number | undefined) => JSON.stringify(value, null, space)

test('each element is cut out exactly as it stands (invariant 3), by the whole text parsed as the judge', () => {
  fc.assert(
    fc.property(fc.array(anyJson, { maxLength: 8 }), indent, anyJson, (data, space, more) => {
      const body = textOf({ object: 'list', more, data, 'da"ta': [1], has_more: false }, space)
      const [document, ...others] = scanBody(Buffer.from(body), 'api')
      expect(others).toEqual([])
      expect(document!.elements!.map(({ value }) => value)).toEqual(parseJson(textOf(data, undefined)))
      for (const { text } of document!.elements!) expect(body).toContain(text)
      expect(document!.envelope).toEqual(parseJson(textOf({ object: 'list', more, data: [], 'da"ta': [1], has_more: false }, undefined)))
    }),
  )
})

test('elements that begin alike, and lists of such within them, are cut where they end', () => {
  const id = fc.stringMatching(/^audit_log-[ab]{1,2}$/)
  const record = fc.letrec(tie => ({
    record: fc.oneof(
      { depthSize: 'small' },
      fc.record(
        { id, 'login.failed': fc.record({ name: anyJson }), list: fc.array(tie('record'), { maxLength: 3 }) },
        { requiredKeys: [] },
      ),
      fc.record({ list: fc.array(tie('record'), { maxLength: 3 }), id }),
    ),
  })).record
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 20, arbitrary: record }, anyJson), { maxLength: 30 }),
      indent,
      fc.constantFrom(',', ', ', '\n,\n'),
      (data, space, comma) => {
        const texts = data.map(value => textOf(value, space))
        const [document] = scanBody(Buffer.from(`{"data":[${texts.join(comma)}]}`), 'api')
        expect(document!.elements!.map(({ text }) => text)).toEqual(texts)
        expect(document!.elements!.map(({ value }) => value)).toEqual(texts.map(text => parseJson(text) as unknown))
      },
    ),
  )
})

test('a body that ends early is never taken for a shorter list', () => {
  const body = textOf({ data: [{ id: 'a"\\', list: [{}, [1.5e-3, null]] }, { id: 'b' }], last_id: 'b', has_more: true }, 1)
  for (let length = 0; length < body.length; length++) {
    expect(() => parse(body.slice(0, length)), `cut after ${length}`).toThrow(expect.objectContaining({ name: 'RetryableError' }) as Error)
  }
  expect(parse(body)).toMatchObject({ hasMore: true, cursor: 'b' })
})

test.each([
  [
    'several documents',
    '{"data":[{"id":"a"}],"last_id":"x","has_more":true} \n {"data":[{"id":"b"}],"last_id":"b","has_more":false}',
    ['a', 'b'],
    'b',
    false,
  ],
  ['no object, no last_id', '{"data":[{"id":"a","effective_at":"5"}],"has_more":true}', ['a'], 'a', true],
  ['an empty list', '{"data":[],"last_id":null,"has_more":false}', [], undefined, false],
  ['no id', '{"data":[{"type":"x"}]}', [undefined], undefined, false],
])('%s', (_, body, ids, cursor, hasMore) => {
  const page = parse(body)
  expect({ ids: page.elements.map(({ id }) => id), cursor: page.cursor, hasMore: page.hasMore }).toEqual({ ids, cursor, hasMore })
})

test('a byte order mark may stand before a document, and is text within one', () => {
  const page = parse('\ufeff{"data":[{"id":"ä\ufeff"}]} \ufeff{"data":[{"id":"b"}]}')
  expect(page.elements.map(({ text }) => text)).toEqual(['{"id":"ä\ufeff"}', '{"id":"b"}'])
})

test('an element that is no object is kept as it came', () => {
  const page = parse('{"data":[7, {"id":"a"}, null, "x", [1 ]]}')
  expect(page.unreadable.map(({ text }) => text)).toEqual(['7', 'null', '"x"', '[1 ]'])
  expect(page.elements).toHaveLength(1)
})

test.each(['', '[]', 'null', '{"error":{}}', '{"data":{}}', '<html>', '{"data":[1]'])('%s is no list', body => {
  expect(() => parse(body)).toThrow(expect.objectContaining({ name: 'RetryableError' }) as Error)
})
