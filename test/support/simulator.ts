import type { Clock } from '../../src/core/clock.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'

/** When every simulated history of a test ends. */
export const START_MS = Date.UTC(2026, 5, 1)

/** An answer's parts that a test looks at. */
export interface Listed {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** One list request; `search` as a client writes it. */
export async function ask(simulator: Simulator, search = '', headers: Record<string, string> = {}): Promise<Listed> {
  const response = await fetch(`${simulator.url}/organization/audit_logs${search === '' ? '' : `?${search}`}`, {
    headers: { authorization: 'Bearer any', ...headers },
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export interface PageBody {
  readonly object: string
  readonly data: readonly { readonly id: string; readonly type: string; readonly effective_at: number }[]
  readonly first_id: string | null
  readonly last_id?: string | null
  readonly has_more: boolean
}

export async function page(simulator: Simulator, search = ''): Promise<PageBody> {
  return JSON.parse((await ask(simulator, search)).text) as PageBody
}

export const idsOf = (body: PageBody) => body.data.map(({ id }) => id)

/** Time that passes only when a test or a sleeper says so: nobody waits. */
export class QuickClock implements Pick<Clock, 'now' | 'sleep'> {
  nowMs = START_MS
  sleptMs = 0

  now(): number {
    return this.nowMs
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.nowMs += ms
    this.sleptMs += ms
  }
}
