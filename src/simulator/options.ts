import type { Clock } from '../core/clock.ts'
import type { FaultShares } from './faults.ts'

export interface SimulatorOptions {
  /** 0 takes a free one, which `Simulator.url` tells. Default 0. */
  readonly port?: number
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Same seed, same other options, same start: the same events, byte for byte. Default 1. */
  readonly seed?: number
  /** How many events the history has, or the path of a file to serve instead of a history (`readRecording`). Default 1,000. */
  readonly events?: number | string
  /** How far back the history reaches, in ms. Default 30 days. */
  readonly historyMs?: number
  /** Live events from the start on, as the clock passes; added to a file's too. Default 0. */
  readonly ratePerSecond?: number
  /** Where the history ends, in ms since 1970. A simulator started again with it has the same events as before. Default: now. */
  readonly startMs?: number
  readonly faults?: FaultShares
  /** The bearer token that is let in. By default every one that is not empty is. */
  readonly key?: string
  /** Answers 403: the key lacks the scope. Default false. */
  readonly scopeMissing?: boolean
  /** Added to every list answer. Default 0. */
  readonly latencyMs?: number
  /** The largest `limit` that is let through. The API's is 100, the default; benches go up to 1,000. */
  readonly limitMax?: number
  /** Serves the events made here indented over several lines. Those of a file stay as they are. Default false. */
  readonly pretty?: boolean
  /** Of `late_events`: the most, in s. Default 600, which stays within an overlap of 15 minutes. */
  readonly lateMaxS?: number
  /** Of `rate_limited_long`. Default 75, more than the minute at which careless clients cap it. */
  readonly retryAfterLongS?: number
  /** Of `slow_answers`. Default 2,000. */
  readonly slowAnswerMaxMs?: number
  /** How long a cursor keeps one meaning when `inverted_cursor` and `ignored_after` alternate. Default 2,000. */
  readonly modeSliceMs?: number
  /** No live event is made beyond this, and none can be added. Default 2,000,000 (about 2 GB). */
  readonly heldEventsMax?: number
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'now' | 'sleep'>
}

export type Settings = Required<Omit<SimulatorOptions, 'key'>> & { readonly key: string | undefined }

const DAY_MS = 86_400_000
const LIMIT_MAX = 1_000

const DEFAULTS = {
  port: 0,
  host: '127.0.0.1',
  seed: 1,
  events: 1_000,
  historyMs: 30 * DAY_MS,
  ratePerSecond: 0,
  faults: {},
  key: undefined,
  scopeMissing: false,
  latencyMs: 0,
  limitMax: 100,
  pretty: false,
  lateMaxS: 600,
  retryAfterLongS: 75,
  slowAnswerMaxMs: 2_000,
  modeSliceMs: 2_000,
  heldEventsMax: 2_000_000,
}

export function settle(options: SimulatorOptions, systemClock: Pick<Clock, 'now' | 'sleep'>): Settings {
  const settings = { clock: systemClock, ...DEFAULTS, ...options }
  return { ...settings, startMs: options.startMs ?? settings.clock.now(), limitMax: Math.min(settings.limitMax, LIMIT_MAX) }
}
