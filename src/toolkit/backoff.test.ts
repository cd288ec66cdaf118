import { expect, test } from 'vitest'
import { parseRetryAfterMs, retryAfterMsOf } from './backoff.ts'

const NOW_MS = Date.UTC(2026, 0, 1)
const CENTURY_MS = 36_525 * 86_400_000

test.each([
  ['7', 7000],
  [' 1.5 ', 1500],
  ['0', 0],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['99999999999999', CENTURY_MS],
  ['Fri, 31 Dec 9999 23:59:59 GMT', CENTURY_MS],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %s ms', (header, ms) => {
  expect(parseRetryAfterMs(header, NOW_MS)).toBe(ms)
})

test("a date is one of the other side's clock, where it tells the time", () => {
  const headers = { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }
  expect(retryAfterMsOf(headers, NOW_MS)).toBe(30_000)
  expect(retryAfterMsOf({ ...headers, date: 'Thu, 01 Jan 2026 00:00:20 GMT' }, NOW_MS)).toBe(10_000)
})
