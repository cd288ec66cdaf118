/*
  "Send logs" (docs.datadoghq.com/api/latest/logs/send-logs), limits of a request: 5 MB uncompressed, 1,000 logs, 1 MB a
  log. A larger log is truncated and answered with a success, so it must never be sent. MB are read as the smaller ones.
*/
export const REQUEST_BYTES_MAX = 5_000_000
export const LOG_BYTES_MAX = 1_000_000
export const LOGS_MAX = 1000

/*
  The same page and "Log Date Remapper": logs are taken with a date of up to 18 hours in the past and two hours in the
  future; others are dropped after a success was answered. The hour less is for what is under way or waits in Datadog.
*/
const PAST_MS_MAX = 17 * 3_600_000
const FUTURE_MS_MAX = 3_600_000

/** Whether Datadog keeps a log of that date; if not, it is sent without one and gets the date of its arrival. */
export function isDateTaken(timeMs: number, nowMs: number): boolean {
  return timeMs >= nowMs - PAST_MS_MAX && timeMs <= nowMs + FUTURE_MS_MAX
}
