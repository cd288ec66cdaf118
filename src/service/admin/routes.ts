import type { Clock } from '../../core/clock.ts'
import { TailraceError } from '../../core/errors.ts'
import { readBacklogs } from '../gauges.ts'
import type { PrometheusMeter } from '../meter.ts'
import type { RunningService } from '../run.ts'
import { type ComponentEntry, troubleOf } from '../states.ts'
import { type AdminRoutes, json } from './server.ts'

/** One component, as `/readyz` and `tailrace status` show it. */
interface ComponentStatus {
  readonly component: string
  readonly state: ComponentEntry['state']['name']
  readonly since: string
  /** What keeps it from working. */
  readonly reason?: string
  /** Stable code of the error. */
  readonly code?: string
  readonly retry_at?: string
  /** Of a sink: events it has still to deliver. */
  readonly waiting?: number
}

export interface ReadyStatus {
  readonly ready: boolean
  readonly components: readonly ComponentStatus[]
}

/** `/healthz`: the process lives. `/readyz`: every part works, or which does not and why. `/metrics`: for Prometheus. */
export function adminRoutes(service: RunningService, context: { readonly clock: Clock; readonly meter: PrometheusMeter }): AdminRoutes {
  const sinks = service.config.sinks.map(({ id }) => id)
  return {
    '/healthz': alive,
    '/readyz': async () => {
      const backlogs = await readBacklogs(sinks, service.journal, context)
      const components = service.board.entries().map(entry => ({
        ...componentStatus(entry),
        ...(backlogs.has(entry.component) ? { waiting: backlogs.get(entry.component)!.events } : {}),
      }))
      const ready = components.length > 0 && components.every(({ state }) => state === 'running' || state === 'ended')
      return json(ready ? 200 : 503, { ready, components } satisfies ReadyStatus)
    },
    '/metrics': async () => {
      await readBacklogs(sinks, service.journal, context)
      return await exposed(context.meter)
    },
  }
}

/** Of a run that has not begun, because of its journal: it lives, and is not ready. */
export function waitingRoutes(
  error: TailraceError,
  { clock, meter }: { readonly clock: Clock; readonly meter: PrometheusMeter },
): AdminRoutes {
  const since = new Date(clock.now()).toISOString()
  const journal: ComponentStatus = { component: 'journal', state: 'retrying', since, reason: error.message, code: error.code }
  return {
    '/healthz': alive,
    '/readyz': async () => json(503, { ready: false, components: [journal] } satisfies ReadyStatus),
    '/metrics': () => exposed(meter),
  }
}

const alive = async () => json(200, { ok: true })

const exposed = async (meter: PrometheusMeter) => ({ status: 200, contentType: meter.contentType, body: await meter.text() })

function componentStatus(entry: ComponentEntry): ComponentStatus {
  const { component, state, sinceMs } = entry
  const reason = troubleOf(entry)
  return {
    component,
    state: state.name,
    since: new Date(sinceMs).toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...('error' in state && state.error instanceof TailraceError ? { code: state.error.code } : {}),
    ...('retryAtMs' in state ? { retry_at: new Date(state.retryAtMs).toISOString() } : {}),
  }
}
