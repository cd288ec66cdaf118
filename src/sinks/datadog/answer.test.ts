import { expect, test } from 'vitest'
import { type HttpAnswer, toAnswer } from '../../toolkit/http/answer.ts'
import { createRedaction } from '../../toolkit/http/redact.ts'
import { datadogError, isTaken } from './answer.ts'

const answer = (status: number, text: string): HttpAnswer => ({
  status,
  headers: {},
  text,
  detail: text,
  shown: part => part,
  bytes: Buffer.alloc(0),
})
const CONTEXT = { url: new URL('https://opw.example/api/v2/logs'), keyOrigin: 'the configuration', nowMs: 0 }

test.each([
  [202, '{}', true],
  [202, '', true],
  [202, '{"errors":[]}', true],
  [202, '{"errors":["API key is invalid"]}', false],
  [200, '', true],
  [200, '{"error":null}', true],
  [200, '{"error":""}', true],
  [200, '{"errors":[{"title":"Bad Request","detail":"Invalid log"}]}', false],
  [200, '{"error":"unauthorized"}', false],
  [200, '{"error":{"message":"unauthorized"}}', false],
  [200, '<html>Log in first</html>', false],
  [201, '{}', false],
])('%i with %s: the events are taken: %s', (status, text, taken) => {
  expect(isTaken(answer(status, text))).toBe(taken)
})

test('a success that tells of an error blocks, with its words', () => {
  const error = datadogError(answer(200, '{"errors":["API key is invalid"]}'), CONTEXT)
  expect(error).toMatchObject({ name: 'BlockedError', code: 'datadog.not_datadog' })
  expect(error.message).toContain('https://opw.example/api/v2/logs answered 200: API key is invalid.')
})

test.each([202, 400])('a key that is repeated with %i is not told', async status => {
  const pieces = [Buffer.from('{"errors":["no such key: 0123456789abcdef"]}')]
  const given = await toAnswer({ status, headers: {}, pieces, isWhole: true }, 1000, createRedaction({ 'dd-api-key': '0123456789abcdef' }))
  expect(datadogError(given as HttpAnswer, CONTEXT).message).toContain(`answered ${status}: no such key: ***.`)
})
