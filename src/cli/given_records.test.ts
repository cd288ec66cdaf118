import { expect, test } from 'vitest'
import { givenRecords } from './given_records.ts'

const A = '{"id":"a","effective_at":2}'
const B = '{ "id": "b",\t"effective_at": 1.0 }'
const page = (...events: readonly string[]) => `{"object":"list","data":[${events.join(', ')}],"has_more":false}`
const event = (text: string) => ({ text, isEvent: true })
const other = (text: string) => ({ text, isEvent: false })

test.each([
  ['NDJSON, newest first', `${A}\n${B}\n`, [event(A), event(B)]],
  ['no line end at the end', `${A}\n${B}`, [event(A), event(B)]],
  ['line ends of Windows, a byte order mark and empty lines', `\uFEFF${A}\r\n\r\n${B}\r\n`, [event(A), event(B)]],
  ['the same event twice', `${A}\n${A}\n`, [event(A), event(A)]],
  ['a list, over several lines', `[\n  ${A},\n  ${B}\n]\n`, [event(A), event(B)]],
  ['an answer of the API', page(A, B), [event(A), event(B)]],
  ['several answers, with and without a line end', `${page(B)}${page(A)}\n${page()}\n${page(A)}`, [event(B), event(A), event(A)]],
  ['answers in a list', `[${page(A)},${page(B)}]`, [event(A), event(B)]],
  ['an event with a list of data', '{"type":"a.b","data":[1]}', [event('{"type":"a.b","data":[1]}')]],
  ['nothing', ' \n\n', []],
  ['other values', `5\n"x"\n${page('null', A)}`, [other('5'), other('"x"'), other('null'), event(A)]],
  ['a broken line', `${A}\n{"id":"x","type":\n${B}\n`, [event(A), other('{"id":"x","type":'), event(B)]],
  ['an open quotation', `${A}\r\n{"id":"x\r\n${B}\r\n${A}`, [event(A), other('{"id":"x'), event(B), event(A)]],
  ['two broken lines', `{"a":\n{"b":1,}\n${B}`, [other('{"a":'), other('{"b":1,}'), event(B)]],
  ['broken lines alone', '{"a":1\n{"b":2\n{"c":\n', [other('{"a":1'), other('{"b":2'), other('{"c":')]],
  ['words', `not json, at all\n${A}`, [other('not json, at all'), event(A)]],
  ['a bracket too many', `${A}}\n${B}`, [event(A), other('}'), event(B)]],
  ['a page that was cut off', '{\n  "data": [\n    {\n      "id": "a"', [other('{\n  "data": [\n    {\n      "id": "a"')]],
])('%s', (_, text, expected) => {
  expect([...givenRecords(text)].map(record => ({ text: record.text, isEvent: record.body !== undefined }))).toEqual(expected)
})

test('what is no event says where it stands and what is wrong with it', () => {
  const found = [...givenRecords(`${A}\n\n{"id":\n${B}\n[1,\n2]\n`)].map(({ line, fault }) => [line, fault])
  expect(found).toEqual([
    [1, undefined],
    [3, expect.stringContaining('JSON')],
    [4, undefined],
    [5, 'it is another value'],
    [6, 'it is another value'],
  ])
})
