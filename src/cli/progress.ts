import type { Meter } from '../core/context.ts'

/** The rate is that of the last while, not of the whole run. */
const RATE_MS = 10_000
const BAR_CHARS = 24

interface StreamProgress {
  /** What was to be listed when it began, in seconds of the log. */
  readonly wholeS: number
  readonly startedMs: number
  restS: number
}

/** How far a backfill has come, gathered from what the sources measure. */
export class Progress {
  readonly #streams = new Map<string, StreamProgress>()
  readonly #samples: { readonly atMs: number; readonly events: number }[] = []
  readonly #now: () => number
  #events = 0

  constructor(now: () => number) {
    this.#now = now
  }

  /** A meter that passes everything on to `meter`, and listens. */
  listening(meter: Meter): Meter {
    return {
      add: (name, labels, value) => {
        if (name === 'tailrace_source_received_events_total') this.#events += value
        meter.add(name, labels, value)
      },
      set: (name, labels, value) => {
        if (name === 'tailrace_source_backfill_seconds') this.#left(`${labels.source}/${labels.stream}`, value)
        meter.set(name, labels, value)
      },
      observe: (name, labels, value) => meter.observe(name, labels, value),
    }
  }

  /** The stream that has the most to list, as one line; undefined while nothing is backfilled. */
  line(): string | undefined {
    const nowMs = this.#now()
    this.#sample(nowMs)
    const [furthest] = [...this.#streams].sort(([, a], [, b]) => b.restS - a.restS)
    if (furthest === undefined || furthest[1].restS === 0) return undefined
    const [name, { wholeS, startedMs, restS }] = furthest
    const share = 1 - restS / wholeS
    const filled = Math.round(share * BAR_CHARS)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CHARS - filled)}`
    const restMs = share === 0 ? undefined : ((nowMs - startedMs) / share) * (1 - share)
    const rate = Math.round(this.#rate(nowMs)).toLocaleString('en')
    const rest = restMs === undefined ? '' : `  ETA ${roughly(restMs)}`
    return `${name}  ${bar} ${Math.floor(share * 100)} %  ${this.#events.toLocaleString('en')} events  ${rate}/s${rest}`
  }

  /** More than before is a new backfill: after a standstill there is more to list. */
  #left(stream: string, restS: number): void {
    const known = this.#streams.get(stream)
    if (known === undefined || restS > known.restS) this.#streams.set(stream, { wholeS: restS, startedMs: this.#now(), restS })
    else known.restS = restS
  }

  #sample(nowMs: number): void {
    this.#samples.push({ atMs: nowMs, events: this.#events })
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= nowMs - RATE_MS) this.#samples.shift()
  }

  #rate(nowMs: number): number {
    const oldest = this.#samples[0]!
    return nowMs === oldest.atMs ? 0 : ((this.#events - oldest.events) * 1000) / (nowMs - oldest.atMs)
  }
}

/** `45 s`, `12 min`, `3 h`. */
function roughly(ms: number): string {
  if (ms < 90_000) return `${Math.ceil(ms / 1000)} s`
  return ms < 5_400_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}
