import type { Meter } from '../core/context.ts'

/** A stream this close to its end follows what is new: there is no backfill to show. */
const AT_HEAD_S = 120
/** The rate is that of the last while, not of the whole run. */
const RATE_MS = 10_000
const BAR_CHARS = 24

interface StreamProgress {
  readonly startS: number
  readonly startedMs: number
  frontierS: number
}

/** How far a backfill has come, gathered from what the sources measure. */
export class Progress {
  readonly #streams = new Map<string, StreamProgress>()
  readonly #samples: { readonly atMs: number; readonly events: number }[] = []
  readonly #now: () => number
  readonly #untilMs: number | undefined
  #events = 0

  constructor(now: () => number, untilMs: number | undefined) {
    this.#now = now
    this.#untilMs = untilMs
  }

  /** Measures as `meter` does, and listens. */
  listening(meter: Meter): Meter {
    return {
      add: (name, labels, value) => {
        if (name === 'tailrace_source_received_events_total') this.#events += value
        meter.add(name, labels, value)
      },
      set: (name, labels, value) => {
        if (name === 'tailrace_source_frontier_seconds') this.#moved(`${labels.source}/${labels.stream}`, value)
        meter.set(name, labels, value)
      },
      observe: (name, labels, value) => meter.observe(name, labels, value),
    }
  }

  /** The stream that is furthest behind, as one line; undefined while nothing is backfilled. */
  line(): string | undefined {
    const nowMs = this.#now()
    this.#sample(nowMs)
    const endS = (this.#untilMs ?? nowMs) / 1000
    const [furthest] = [...this.#streams].sort(([, a], [, b]) => a.frontierS - b.frontierS)
    if (furthest === undefined || endS - furthest[1].frontierS < AT_HEAD_S) return undefined
    const [name, { startS, startedMs, frontierS }] = furthest
    const share = Math.min(1, Math.max(0, (frontierS - startS) / (endS - startS)))
    const filled = Math.round(share * BAR_CHARS)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CHARS - filled)}`
    const restMs = share === 0 ? undefined : ((nowMs - startedMs) / share) * (1 - share)
    const rate = Math.round(this.#rate(nowMs)).toLocaleString('en')
    const rest = restMs === undefined ? '' : `  ETA ${roughly(restMs)}`
    return `${name}  ${bar} ${Math.floor(share * 100)} %  ${this.#events.toLocaleString('en')} events  ${rate}/s${rest}`
  }

  #moved(stream: string, frontierS: number): void {
    const known = this.#streams.get(stream)
    if (known === undefined) this.#streams.set(stream, { startS: frontierS, startedMs: this.#now(), frontierS })
    else known.frontierS = Math.max(known.frontierS, frontierS)
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
