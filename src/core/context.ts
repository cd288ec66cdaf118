import type { Clock } from './clock.ts'
import type { MetricName } from './metrics.ts'

export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

type Labels = Readonly<Record<string, string>>

/** Counts what happens. Every name is declared in `metrics.ts`. */
export interface Meter {
  /** Adds to a counter. */
  add(name: MetricName, labels: Labels, value: number): void
  /** Sets a gauge. */
  set(name: MetricName, labels: Labels, value: number): void
  /** Adds an observation to a histogram. */
  observe(name: MetricName, labels: Labels, value: number): void
}

/**
 * What a source stream or a sink is doing.
 *
 *   running ──▶ ended      the source was finite, or a stop drained it
 *    │  ▲  ▲
 *    ▼  │  └──▶ paused     the journal is at its budget or the disk is full; nothing is pulled
 *   retrying / blocked     a failure that may pass by itself / one that waits for an operator
 */
export type ComponentState =
  | { readonly name: 'running' }
  | {
      readonly name: 'retrying' | 'blocked'
      readonly error: Error
      readonly retryAtMs: number
      /** When the first of a series of failures was, in ms since 1970, if the component runs in between only to fail again. */
      readonly sinceMs?: number
    }
  | { readonly name: 'paused'; readonly reason: string }
  | { readonly name: 'ended' }

/** What every component is given besides its configuration. */
export interface ComponentContext {
  /** The id the user gave it in the YAML. */
  readonly id: string
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
  /** Tells the operator of a change; the same state again is no change. `part` names the stream of a source. */
  report(state: ComponentState, part?: string): void
}

/** One stream of one source: `acme` and `organization`. */
export interface StreamKey {
  readonly source: string
  readonly stream: string
}

/** `acme/organization`: what users read and write. */
export const streamName = ({ source, stream }: StreamKey): string => `${source}/${stream}`

/** What a sink is given in addition. */
export interface SinkContext extends ComponentContext {
  /** What its events have been mapped to: `ecs`, `ocsf`, … */
  readonly format: string
  /** All streams of the configured sources whose events it is sent. */
  readonly streams: readonly StreamKey[]
  /** Aborted when the run is told to stop or fails, and not when it ends by itself: what no event depends on is then left to the next run. */
  readonly stopped: AbortSignal
}
