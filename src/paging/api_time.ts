import type { Clock } from '../core/clock.ts'
import { dateMsOf } from '../toolkit/backoff.ts'

/** Clocks that are further apart are worth a warning; an answer may itself take minutes to come. */
const APART_MS_MAX = 300_000

/**
 * The API's time, by the `Date` of its answers: what it has listed is judged by it. The time of day here may be wrong, and set at
 * any moment.
 */
export class ApiTime {
  readonly #clock: Clock
  readonly #warn: (message: string) => void
  /** The API's time, less what `elapsed` was, at its last answer that told it. */
  #originMs: number | undefined
  readonly #told = new Set<string>()

  constructor(clock: Clock, warn: (message: string) => void) {
    this.#clock = clock
    this.#warn = warn
  }

  /** In ms since 1970; by the clock here before the first answer, and where none tells it. */
  now(): number {
    return this.#originMs === undefined ? this.#clock.now() : this.#originMs + this.#clock.elapsed()
  }

  /** From the headers of an answer that was just received. */
  learn(headers: Readonly<Record<string, string | undefined>>): void {
    const dateMs = dateMsOf(headers)
    const nowMs = this.#clock.now()
    if (dateMs !== undefined) this.#originMs = timeWithin(dateMs, nowMs) - this.#clock.elapsed()
    const trouble = troubleOf(dateMs, nowMs)
    if (trouble === undefined || this.#told.has(trouble.kind)) return
    this.#told.add(trouble.kind)
    this.#warn(trouble.message)
  }
}

/** `Date` is in whole seconds: the time here is taken where it may be the same, never of a later second. */
function timeWithin(dateMs: number, nowMs: number): number {
  return Math.abs(dateMs - nowMs) < 2000 ? Math.min(nowMs, dateMs + 999) : dateMs
}

/** What is said once of its kind. */
function troubleOf(dateMs: number | undefined, nowMs: number): { readonly kind: string; readonly message: string } | undefined {
  if (dateMs === undefined) {
    const message =
      'an answer of the API has no Date, so what was listed is judged by the clock here; where that is ahead, events are ' +
      'found late or not at all. Look at what stands between here and the API'
    return { kind: 'no date', message }
  }
  const aheadMs = nowMs - dateMs
  if (Math.abs(aheadMs) <= APART_MS_MAX) return undefined
  const kind = aheadMs > 0 ? 'ahead of' : 'behind'
  const message =
    `the clock here is ${Math.round(Math.abs(aheadMs) / 1000)} s ${kind} the API's. What was listed is judged by the API's; times of receipt ` +
    'and the retention go by this one: set it right'
  return { kind, message }
}
