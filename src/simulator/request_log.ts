import type { FaultName } from './faults.ts'

/** One request to the API and what became of it. */
export interface LoggedRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  /** What followed the question mark, as it came. */
  readonly search: string
  readonly status: number
  readonly events: number
  /** What was drawn for it. A draw may find nothing to act on: no end to lie about, no gzip asked for. */
  readonly faults: readonly FaultName[]
}

/** Sums since the start. */
export interface RequestCounts {
  readonly requests: number
  readonly events: number
  readonly byStatus: Readonly<Record<string, number>>
  readonly byFault: Readonly<Partial<Record<FaultName, number>>>
  /** Most answered at the same time. */
  readonly concurrentMax: number
}

const KEPT_MAX = 20_000

/** Counts all, remembers the last `KEPT_MAX` / 2 at least. */
export class RequestLog {
  #kept: LoggedRequest[] = []
  #requests = 0
  #events = 0
  #concurrent = 0
  #concurrentMax = 0
  readonly #byStatus: Record<string, number> = {}
  readonly #byFault: Partial<Record<FaultName, number>> = {}

  begin(): void {
    this.#concurrent++
    this.#concurrentMax = Math.max(this.#concurrentMax, this.#concurrent)
  }

  end(): void {
    this.#concurrent--
  }

  add(request: LoggedRequest): void {
    if (this.#kept.length === KEPT_MAX) this.#kept = this.#kept.slice(KEPT_MAX / 2)
    this.#kept.push(request)
    this.#requests++
    this.#events += request.events
    this.#byStatus[request.status] = (this.#byStatus[request.status] ?? 0) + 1
    for (const fault of request.faults) this.#byFault[fault] = (this.#byFault[fault] ?? 0) + 1
  }

  get recent(): readonly LoggedRequest[] {
    return [...this.#kept]
  }

  get counts(): RequestCounts {
    return {
      requests: this.#requests,
      events: this.#events,
      byStatus: { ...this.#byStatus },
      byFault: { ...this.#byFault },
      concurrentMax: this.#concurrentMax,
    }
  }
}
