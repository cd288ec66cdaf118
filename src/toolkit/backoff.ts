/** Exponential backoff with full jitter. */
export interface BackoffPolicy {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

/** From 0 to the exponential bound, evenly, so that many clients do not come back at once; `failures` counts from 0. */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number): number {
  return random * Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** Math.min(failures, 30))
}

/** The longest pause that another side can ask for (invariant 5). */
const RETRY_AFTER_MS_MAX = 36_525 * 86_400_000

/**
 * A `Retry-After` header in ms: seconds or an HTTP date (RFC 9110, 10.2.3), a century at most. Undefined when absent or
 * unreadable. A gateway may add one of its own: of several in seconds the longest holds.
 */
export function parseRetryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined
  const parts = header.split(',').map(part => part.trim())
  const areSeconds = parts.every(part => /^\d+(\.\d+)?$/.test(part))
  const ms = areSeconds ? Math.ceil(Math.max(...parts.map(Number)) * 1000) : Date.parse(header) - nowMs
  return Number.isNaN(ms) ? undefined : Math.min(RETRY_AFTER_MS_MAX, Math.max(0, ms))
}

/** What the `Retry-After` of an answer asks for, in ms. A date in it is one of the other side's clock, which its `Date` tells. */
export function retryAfterMsOf(headers: Readonly<Record<string, string | undefined>>, nowMs: number): number | undefined {
  return parseRetryAfterMs(headers['retry-after'], dateMsOf(headers) ?? nowMs)
}

/** When the other side says that it answered, in ms since 1970; undefined when it does not. */
export function dateMsOf(headers: Readonly<Record<string, string | undefined>>): number | undefined {
  const dateMs = Date.parse(headers.date ?? '')
  return Number.isNaN(dateMs) ? undefined : dateMs
}
