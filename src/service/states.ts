import type { Clock } from '../core/clock.ts'
import type { ComponentState, Logger, Meter } from '../core/context.ts'
import { TailraceError } from '../core/errors.ts'
import { withFields } from './log.ts'

export interface ComponentEntry {
  /** The id of a sink; of a source and its stream: `acme/organization`. */
  readonly component: string
  readonly state: ComponentState
  /** Since when it is in this state, in ms since 1970. */
  readonly sinceMs: number
  /** Since when it has been neither running nor ended; undefined while it is. */
  readonly troubledSinceMs: number | undefined
}

const STATES = ['running', 'retrying', 'blocked', 'paused', 'ended'] as const satisfies readonly ComponentState['name'][]

/** The start of a longer pause is logged even when the trouble is the same as before. */
const LONG_PAUSE_MS = 60_000

/** What every component is doing. Each change is logged once, measured, and passed to the listeners. */
export class StateBoard {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #meter: Meter
  readonly #entries = new Map<string, ComponentEntry>()
  /** Components whose long pause has been logged. */
  readonly #pausing = new Set<string>()
  readonly #listeners = new Set<(entry: ComponentEntry) => void>()

  constructor(context: { clock: Clock; logger: Logger; meter: Meter }) {
    this.#clock = context.clock
    this.#logger = context.logger
    this.#meter = context.meter
  }

  report(component: string, state: ComponentState): void {
    const before = this.#entries.get(component)
    const nowMs = this.#clock.now()
    const isSame = before !== undefined && sameState(before.state, state)
    const isTroubled = state.name !== 'running' && state.name !== 'ended'
    const entry: ComponentEntry = {
      component,
      state,
      sinceMs: isSame ? before.sinceMs : nowMs,
      troubledSinceMs: isTroubled ? (sinceOf(state) ?? before?.troubledSinceMs ?? nowMs) : undefined,
    }
    this.#entries.set(component, entry)
    const isLong = state.name === 'retrying' && state.retryAtMs - nowMs > LONG_PAUSE_MS
    if (!isSame || (isLong && !this.#pausing.has(component))) this.#log(entry, before)
    if (isLong) this.#pausing.add(component)
    else this.#pausing.delete(component)
    if (isSame) return
    for (const name of STATES) this.#meter.set('tailrace_component_state', { component, state: name }, name === state.name ? 1 : 0)
    for (const listener of this.#listeners) listener(entry)
  }

  entries(): readonly ComponentEntry[] {
    return [...this.#entries.values()]
  }

  entry(component: string): ComponentEntry | undefined {
    return this.#entries.get(component)
  }

  /** Calls `listener` at every change, in the same turn, until disposed of. */
  listen(listener: (entry: ComponentEntry) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #log({ component, state }: ComponentEntry, before: ComponentEntry | undefined): void {
    const logger = withFields(this.#logger, { component })
    if (state.name === 'running' && before === undefined) logger.debug('running')
    else if (state.name === 'running') logger.info('running again')
    else if (state.name === 'ended') logger.info('ended')
    else if (state.name === 'paused') logger.warn(`paused: ${state.reason}`)
    else if (state.name === 'retrying') logger.warn('retrying', { retry_at: timeOf(state.retryAtMs), error: state.error })
    else logger.error('blocked; nothing is dropped', { retry_at: timeOf(state.retryAtMs), error: state.error })
  }
}

const sinceOf = (state: ComponentState) => ('sinceMs' in state ? state.sinceMs : undefined)
const timeOf = (ms: number) => new Date(ms).toISOString()

/** The same trouble, although its wording (a request's id, a time) may differ. */
function sameState(a: ComponentState, b: ComponentState): boolean {
  if (a.name === 'paused' && b.name === 'paused') return a.reason === b.reason
  if ('error' in a && 'error' in b) return a.name === b.name && kindOf(a.error) === kindOf(b.error)
  return a.name === b.name
}

const kindOf = (error: Error) => (error instanceof TailraceError ? error.code : `${error.name}: ${error.message}`)

/** What keeps a component from working, in words; undefined when nothing does. */
export function troubleOf({ state }: ComponentEntry): string | undefined {
  if (state.name === 'paused') return state.reason
  return state.name === 'retrying' || state.name === 'blocked' ? state.error.message : undefined
}
