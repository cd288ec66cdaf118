import { expect, test } from 'vitest'
import { start } from './settings.ts'

const NOW_MS = Date.UTC(2026, 5, 1)

test.each([
  ['now', undefined],
  ['beginning', 0],
  ['30d', NOW_MS - 30 * 86_400_000],
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  ['2026-01-31T08:00:00+02:00', Date.UTC(2026, 0, 31, 6)],
])('the start %j', (text, ms) => expect(start().parse(text)(NOW_MS)).toBe(ms))

test.each(['2026-01-31T08:00:00', '2026-01-31 08:00', '2026-02-30', '1969-12-31', '-30d', '51y', ''])('no start: %j', text =>
  expect(() => start().parse(text)).toThrow('expected \\"now\\"'),
)
