import { expect, test } from 'vitest'
import { AdaptiveLimit } from './adaptive_limit.ts'

/** Good answers with as many requests under way as there may be. */
function answerWell(limit: AdaptiveLimit, rounds: number): void {
  for (let round = 0; round < rounds; round++) limit.answered(10, round, limit.value)
}

test('it starts small and never above the bound', () => {
  expect(new AdaptiveLimit(64).value).toBe(4)
  expect(new AdaptiveLimit(2).value).toBe(2)
})

test('it grows by one a round, up to the bound', () => {
  const limit = new AdaptiveLimit(6)
  answerWell(limit, 5)
  expect(limit.value).toBe(5)
  answerWell(limit, 100)
  expect(limit.value).toBe(6)
})

test('it does not grow while it is not reached', () => {
  const limit = new AdaptiveLimit(64)
  for (let n = 0; n < 100; n++) limit.answered(10, n, 3)
  expect(limit.value).toBe(4)
})

test('each failure halves it, and one request is always left', () => {
  const limit = new AdaptiveLimit(64)
  const values = [0, 1, 2, 3].map(nowMs => {
    limit.failed(nowMs)
    return limit.value
  })
  expect(values).toEqual([2, 1, 1, 1])
})

test('failures of one moment count once: they were sent under the same limit', () => {
  const limit = new AdaptiveLimit(64)
  limit.answered(100, 0, 1)
  for (const nowMs of [1000, 1050, 1099]) limit.failed(nowMs)
  expect(limit.value).toBe(2)
  limit.failed(1100)
  expect(limit.value).toBe(1)
})

test.each([
  ['much slower than usual', 500, 2500, 2],
  ['slow as ever', 2500, 2500, 4],
  ['slower, and still quick', 10, 900, 4],
])('an answer that is %s', (_, usualMs, tookMs, value) => {
  const limit = new AdaptiveLimit(64)
  limit.answered(usualMs, 0, 1)
  limit.answered(tookMs, 10_000, 1)
  expect(limit.value).toBe(value)
})

test('however many failures there were, it grows again by one a round', () => {
  const limit = new AdaptiveLimit(64)
  for (let nowMs = 0; nowMs < 20; nowMs++) limit.failed(nowMs)
  limit.answered(10, 20, 1)
  expect(limit.value).toBe(2)
})
