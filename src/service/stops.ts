import type { Clock } from '../core/clock.ts'
import type { Logger } from '../core/context.ts'
import type { StopSignals } from '../engine/pipeline.ts'
import { onAbort } from './scope.ts'
import { type ComponentEntry, type StateBoard, troubleOf } from './states.ts'

/** How long a hard stop may take before something counts as stuck. */
const END_MS_MAX = 5000
/** How often it is looked at whether a component of a finite run stays unavailable. */
const LOOK_MS = 500

export interface StopsOptions {
  /** What the operator asks for. */
  readonly stop: StopSignals
  readonly board: StateBoard
  readonly clock: Clock
  readonly logger: Logger
  readonly shutdownMs: number
  /** The run ends by itself: what stays unavailable for `shutdownMs`, or is blocked, is given up on. */
  readonly finite: boolean
  /** Called when something does not end although it was told to: the process has to end without it. */
  readonly onStuck: () => void
}

/**
 * Who stops when.
 *
 *   soft stop ──▶ sources end ──▶ sinks drain to the head ──▶ end
 *       │                              │
 *       │                              └──▶ a sink in trouble ends at once: its position is durable
 *       └── shutdown_timeout, a second signal, or a failure ──▶ everything ends at once
 */
export class Stops implements AsyncDisposable {
  readonly #options: StopsOptions
  readonly #hard = new AbortController()
  readonly #drain = new AbortController()
  readonly #closed = new AbortController()
  readonly #own = new Map<string, AbortController>()
  readonly #sinks = new Set<string>()
  readonly #unavailable = new Map<string, ComponentEntry>()
  readonly #listening: Disposable[]
  readonly #watching: Promise<void>[] = []

  constructor(options: StopsOptions) {
    this.#options = options
    const { stop, board } = options
    this.#listening = [
      onAbort(stop.hardStop, () => this.#hard.abort(stop.hardStop.reason)),
      onAbort(this.#hard.signal, () => this.#watching.push(this.#awaitEnd())),
      onAbort(stop.softStop, () => this.#softStopped()),
      board.listen(entry => stop.softStop.aborted && this.#leaveBehind(entry)),
    ]
    if (options.finite) this.#watching.push(this.#watchAvailability())
  }

  /** Components that a finite run gave up on. */
  get unavailable(): readonly ComponentEntry[] {
    return [...this.#unavailable.values()]
  }

  source(component: string): StopSignals {
    return { softStop: this.#options.stop.softStop, hardStop: this.#hardStopOf(component) }
  }

  sink(id: string): StopSignals {
    this.#sinks.add(id)
    return { softStop: this.#drain.signal, hardStop: this.#hardStopOf(id) }
  }

  /** Called when the sources have ended: the sinks end at the head of the journal. */
  drain(): void {
    this.#drain.abort(new DOMException('The sources have ended', 'AbortError'))
  }

  /** Ends everything at once. */
  fail(error: unknown): void {
    this.#hard.abort(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const listening of this.#listening) listening[Symbol.dispose]()
    this.#closed.abort()
    await Promise.all(this.#watching)
  }

  #hardStopOf(component: string): AbortSignal {
    const own = new AbortController()
    this.#own.set(component, own)
    return AbortSignal.any([this.#hard.signal, own.signal])
  }

  #softStopped(): void {
    for (const entry of this.#options.board.entries()) this.#leaveBehind(entry)
    this.#watching.push(this.#endAtDeadline())
  }

  /** A sink in trouble is not waited for at a stop. */
  #leaveBehind(entry: ComponentEntry): void {
    if (this.#sinks.has(entry.component) && troubleOf(entry) !== undefined) this.#giveUp(entry.component)
  }

  #giveUp(component: string): void {
    const reason = new DOMException(`${component} is not waited for`, 'AbortError')
    for (const [name, own] of this.#own) if (name === component || name.startsWith(`${component}/`)) own.abort(reason)
  }

  async #endAtDeadline(): Promise<void> {
    const { clock, logger, shutdownMs } = this.#options
    await clock.sleep(shutdownMs, this.#closed.signal).catch(() => {}) // Closed: there is nothing left to end.
    if (this.#closed.signal.aborted) return
    logger.warn(`not everything was delivered within ${shutdownMs / 1000} s; the rest is left to the next run`)
    this.#hard.abort(new DOMException('The time for the stop is over', 'AbortError'))
  }

  async #awaitEnd(): Promise<void> {
    const { board, clock, logger, onStuck } = this.#options
    await clock.sleep(END_MS_MAX, this.#closed.signal).catch(() => {}) // Closed: everything has ended.
    if (this.#closed.signal.aborted) return
    const stuck = board.entries().filter(({ state }) => state.name !== 'ended')
    logger.error(
      `${stuck.map(({ component }) => component).join(', ')} did not end within ${END_MS_MAX / 1000} s; nothing that was saved is lost`,
    )
    onStuck()
  }

  async #watchAvailability(): Promise<void> {
    const { board, clock } = this.#options
    while (!this.#closed.signal.aborted) {
      for (const entry of board.entries()) {
        if (!this.#staysUnavailable(entry)) continue
        this.#unavailable.set(entry.component, entry)
        this.#giveUp(entry.component)
      }
      await clock.sleep(LOOK_MS, this.#closed.signal).catch(() => {}) // Closed; the loop's condition tells it.
    }
  }

  #staysUnavailable({ component, state, troubledSinceMs }: ComponentEntry): boolean {
    if (troubledSinceMs === undefined || this.#unavailable.has(component)) return false
    if (state.name === 'blocked') return true
    // A full journal is no trouble of its own: it waits for a sink, and matters once that has been given up on.
    if (state.name === 'paused' && this.#unavailable.size === 0) return false
    return this.#options.clock.now() - troubledSinceMs > this.#options.shutdownMs
  }
}
