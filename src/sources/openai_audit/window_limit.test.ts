import { expect, test } from 'vitest'
import { WindowLimit } from './window_limit.ts'

const answered = (limit: WindowLimit, times: number) => {
  for (let n = 0; n < times; n++) limit.answered()
}

test('it starts small, grows with the answers, and stops at its most', () => {
  const limit = new WindowLimit(32)
  expect(limit.value).toBe(4)
  answered(limit, 10)
  expect(limit.value).toBe(14)
  answered(limit, 1000)
  expect(limit.value).toBe(32)
})

test('a 429 halves it, down to one, and from then on it recovers slowly', () => {
  const limit = new WindowLimit(32)
  answered(limit, 1000)
  limit.throttled()
  expect(limit.value).toBe(16)
  answered(limit, 16)
  expect(limit.value).toBe(16)
  answered(limit, 16 * 4)
  expect(limit.value).toBe(17)
  for (let n = 0; n < 10; n++) limit.throttled()
  expect(limit.value).toBe(1)
})
