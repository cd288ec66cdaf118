/** Exponential backoff with full jitter. */
export interface BackoffPolicy {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
}

/** From 0 to the exponential bound, evenly, so that many clients do not come back at once; `failures` counts from 0. */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number): number {
  return random * Math.min(policy.maxDelayMs, policy.initialDelayMs * 2 ** Math.min(failures, 30))
}

/**
 * A `Retry-After` header in ms: seconds or an HTTP date (RFC 9110, 10.2.3), however long. Undefined when
 * absent or unreadable.
 */
export function parseRetryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined) return undefined
  const text = header.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const dateMs = Date.parse(text)
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs)
}
