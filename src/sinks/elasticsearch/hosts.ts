import type { Clock } from '../../core/clock.ts'
import { BlockedError, RetryableError, type TailraceError } from '../../core/errors.ts'
import type { HttpEndpoint } from '../../toolkit/http/endpoint.ts'

/** How long a node that failed is left aside, the first time; it doubles with every further failure. */
const ASIDE_MS_MIN = 5000
const ASIDE_MS_MAX = 60_000

export interface Host {
  readonly url: URL
  readonly endpoint: HttpEndpoint
}

interface State {
  readonly host: Host
  failures: number
  asideUntilMs: number
}

/** The nodes of one cluster. Whoever asks is given the next; one that failed is left aside while there is another. */
export class Hosts {
  readonly #states: readonly State[]
  readonly #clock: Clock
  #turn = 0

  constructor(hosts: readonly Host[], clock: Clock) {
    this.#states = hosts.map(host => ({ host, failures: 0, asideUntilMs: Number.NEGATIVE_INFINITY }))
    this.#clock = clock
  }

  /** All of them, in the order of the configuration. */
  get all(): readonly Host[] {
    return this.#states.map(({ host }) => host)
  }

  /**
   * Calls `use` with the next node; where that can't be reached or is none of the cluster, with another. Any other failure
   * is thrown. A node whose failure says that it is ill is left aside for a while.
   */
  async any<T>(use: (host: Host) => Promise<T>): Promise<T> {
    const first = this.#turn++
    const order = this.#states.map((_, index) => this.#states[(first + index) % this.#states.length]!)
    const well = order.filter(({ asideUntilMs }) => asideUntilMs <= this.#clock.elapsed())
    const tried = well.length > 0 ? well : order
    for (const state of tried.slice(0, -1)) {
      try {
        return await this.#use(state, use)
      } catch (error) {
        if (!isForAnother(error)) throw error
      }
    }
    return await this.#use(tried.at(-1)!, use)
  }

  async #use<T>(state: State, use: (host: Host) => Promise<T>): Promise<T> {
    try {
      const result = await use(state.host)
      state.failures = 0
      state.asideUntilMs = Number.NEGATIVE_INFINITY
      return result
    } catch (error) {
      if (isIll(error)) {
        state.asideUntilMs = this.#clock.elapsed() + Math.min(ASIDE_MS_MAX, ASIDE_MS_MIN * 2 ** state.failures)
        state.failures = Math.min(state.failures + 1, 10)
      }
      throw error
    }
  }
}

const whatOf = ({ code }: TailraceError) => code.slice(code.indexOf('.') + 1)

/** Whether another node may do better. */
function isIll(error: unknown): boolean {
  if (error instanceof RetryableError) return whatOf(error) !== 'busy'
  return isForAnother(error)
}

/** Failures after which a request may go to another node: no node of the cluster has taken anything of it. */
const ELSEWHERE: ReadonlySet<string> = new Set(['unreachable', 'tls', 'proxy', 'not_elasticsearch', 'not_found', 'redirected'])

function isForAnother(error: unknown): boolean {
  return (error instanceof RetryableError || error instanceof BlockedError) && ELSEWHERE.has(whatOf(error))
}
