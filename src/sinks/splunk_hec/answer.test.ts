import { expect, test } from 'vitest'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { hecError, isTaken } from './answer.ts'

function answered(status: number, body: object): HttpAnswer {
  const text = JSON.stringify(body)
  return { status, headers: {}, text, bytes: Buffer.alloc(0), detail: text, shown: part => part }
}

const classOf = (answer: HttpAnswer) =>
  hecError(answer, { url: new URL('https://splunk.example/services/collector/event'), tokenOrigin: 'the configuration', nowMs: 0 }).name

// Goal: what is said of the token, the index or the setup costs no event; what is said of an event holds no other up.
test.each([
  [[1, 2, 3, 4, 21, 22], 403, 'BlockedError'],
  [[7], 400, 'BlockedError'],
  [[5, 10, 11, 14, 16], 400, 'BlockedError'],
  [[6, 12, 13, 15], 400, 'BatchRefusedError'],
  [[8, 9, 18, 19, 20, 23], 503, 'RetryableError'],
  [[26, 27], 429, 'RetryableError'],
])('the codes %j, with status %i: %s', (codes, status, name) => {
  expect(codes.map(code => [code, classOf(answered(status, { text: 'said', code }))])).toEqual(codes.map(code => [code, name]))
})

// Whatever status somebody on the way makes of it: the code is the collector's own word.
test.each([
  [23, 400, 'RetryableError'],
  [16, 500, 'BlockedError'],
  [22, 400, 'BlockedError'],
])('code %i is what it is also with status %i', (code, status, name) => {
  expect(classOf(answered(status, { text: 'said', code }))).toBe(name)
})

test.each([
  [200, { code: 0 }, true],
  [200, { code: 24 }, true],
  [200, { code: 25 }, true],
  [200, { code: 9 }, false],
  [200, {}, false],
  [503, { code: 0 }, false],
])('%i %j is taken: %s', (status, body, taken) => {
  expect(isTaken(answered(status, body))).toBe(taken)
})
