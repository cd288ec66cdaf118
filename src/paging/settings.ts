import { z } from 'zod'
import { duration, parseDurationMs, parseIsoMs } from '../toolkit/settings.ts'

const YEAR_MS = 365 * 86_400_000

/** Where a stream begins that has no position yet; gives ms since 1970 as a function of now, or undefined for now itself. */
export const start = () =>
  z
    .string()
    .default('now')
    .meta({ format: 'time, such as now, beginning, 30d, 2026-01-31 or 2026-01-31T08:00:00Z' })
    .describe(
      'Where to begin when nothing has been read yet: `now`, `beginning`, a duration back such as `30d`, or an ISO 8601 time, with its zone unless it is a whole day of UTC.',
    )
    .transform((text, context): ((nowMs: number) => number | undefined) => {
      if (text === 'now') return () => undefined
      if (text === 'beginning') return () => 0
      const backMs = parseDurationMs(text)
      if (backMs !== undefined && backMs <= 50 * YEAR_MS) return nowMs => nowMs - backMs
      const atMs = parseIsoMs(text)
      if (atMs !== undefined && atMs >= 0) return () => atMs
      context.addIssue({
        code: 'custom',
        message:
          'expected "now", "beginning", a duration back such as "30d", or an ISO 8601 time such as "2026-01-31" or "2026-01-31T08:00:00Z"',
        input: text,
      })
      return z.NEVER
    })

/** Gives the least time between the starts of two requests, in ms. */
const rateLimit = () =>
  z
    .string()
    .meta({ format: 'requests a second or minute, such as 5/s or 120/m' })
    .describe('The most requests of this source, such as `5/s` or `120/m`. No limit of its own when not set; a 429 is always honoured.')
    .transform((text, context): number => {
      const [, count, unit] = /^(\d{1,6}(?:\.\d+)?)\/(s|m)$/.exec(text) ?? []
      if (count !== undefined && Number(count) > 0) return (unit === 's' ? 1000 : 60_000) / Number(count)
      context.addIssue({ code: 'custom', message: 'expected requests a second or minute, such as "5/s" or "120/m"', input: text })
      return z.NEVER
    })

/** How a list is followed: pages, polls, and what an event may be late. */
export const pollSettings = {
  page_size: z.int().min(1).max(1000).default(100).describe('Events asked for in one request. The OpenAI API takes at most 100.'),
  poll_interval: duration({ min: '100ms', max: '1h' }).prefault('15s').describe('Between two looks for new events.'),
  overlap: duration({ min: '1s', max: '12h' }).prefault('15m').describe('How late an event may be listed and still be found.'),
  sweep_interval: duration({ min: '1s', max: '1d' }).prefault('5m').describe('Between two listings of the whole overlap, for late events.'),
  rate_limit: rateLimit().optional(),
}
