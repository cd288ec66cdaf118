import { expect, test } from 'vitest'
import { type HttpAnswer, toAnswer } from '../../toolkit/http/answer.ts'
import { createRedaction } from '../../toolkit/http/redact.ts'
import { hecError, isGoodToken, isTaken, refusesFirst } from './answer.ts'

function answered(status: number, body: object): HttpAnswer {
  const text = JSON.stringify(body)
  return { status, headers: {}, text, bytes: Buffer.alloc(0), detail: text, shown: part => part }
}

const CONTEXT = { url: new URL('https://splunk.example/services/collector/event'), tokenOrigin: 'the configuration', nowMs: 0 }
const classOf = (answer: HttpAnswer) => hecError(answer, CONTEXT).name

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

// Of a body that it can't unpack the collector reads no event, or none that is one.
test.each([
  [{ code: 6 }, true],
  [{ code: 6, 'invalid-event-number': 0 }, true],
  [{ code: 6, 'invalid-event-number': 1 }, false],
  [{ code: 12, 'invalid-event-number': 0 }, false],
])('%j refuses the beginning of the body: %s', (body, refuses) => {
  expect(refusesFirst(answered(400, body))).toBe(refuses)
})

test.each([
  [200, { code: 0 }, true],
  [400, { code: 5 }, true],
  [403, { code: 4 }, false],
])('%i %j to a request without events tells of a good token: %s', (status, body, isGood) => {
  expect(isGoodToken(answered(status, body))).toBe(isGood)
})

test('a token that the collector repeats is not told', async () => {
  const pieces = [Buffer.from('{"text":"Invalid token 0123456789abcdef","code":4}')]
  const redact = createRedaction({ authorization: 'Splunk 0123456789abcdef' })
  const answer = await toAnswer({ status: 403, headers: {}, pieces, isWhole: true }, 1000, redact)
  expect(hecError(answer as HttpAnswer, CONTEXT).message).toContain('HEC code 4: Invalid token ***.')
})
