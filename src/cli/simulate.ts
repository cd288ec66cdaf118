import { ConfigError } from '../core/errors.ts'
import { parseFaults } from '../simulator/faults.ts'
import type { SimulatorOptions } from '../simulator/options.ts'
import { usageError } from './exit.ts'
import { parseDuration, parseNumber } from './options.ts'

/** About 3 GB: more do not fit into the memory that Node takes by itself. */
const EVENTS_MAX = 3_000_000
const RATE_PER_SECOND_MAX = 100_000

export interface SimulateFlags {
  readonly port?: string
  readonly host?: string
  readonly seed?: string
  readonly events?: string
  readonly history?: string
  readonly rate?: string
  readonly faults?: string
  readonly key?: string
  readonly latency?: string
}

/** What the flags say to the simulator. */
export function simulatorOptions(flags: SimulateFlags): SimulatorOptions {
  const { port, host, seed, events, history, rate, faults, key, latency } = flags
  return {
    ...(port === undefined ? {} : { port: parseNumber('port', port, { maximum: 65_535, whole: true }) }),
    ...(host === undefined ? {} : { host }),
    ...(seed === undefined ? {} : { seed: parseNumber('seed', seed, { whole: true }) }),
    ...(events === undefined ? {} : { events: /^\d+$/.test(events) ? parseEventCount(events) : events }),
    ...(history === undefined ? {} : { historyMs: parseDuration('history', history) }),
    ...(rate === undefined ? {} : { ratePerSecond: parseRate(rate) }),
    ...(faults === undefined ? {} : { faults: faultsOf(faults) }),
    ...(key === undefined ? {} : { key }),
    ...(latency === undefined ? {} : { latencyMs: parseDuration('latency', latency) }),
  }
}

/** `5/s`, or `5`: events a second. */
export function parseRate(text: string): number {
  return parseNumber('rate', text.replace(/\/s$/, ''), { maximum: RATE_PER_SECOND_MAX })
}

/** How many events the history has. */
export function parseEventCount(text: string): number {
  return parseNumber('events', text, { maximum: EVENTS_MAX, whole: true })
}

function faultsOf(text: string) {
  try {
    return parseFaults(text)
  } catch (error) {
    throw error instanceof ConfigError ? usageError(`--faults: ${error.message}`) : error
  }
}
