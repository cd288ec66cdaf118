import type { Random } from '../support/random.ts'

export interface ApiEvent {
  readonly id: string
  readonly effectiveAtS: number
  /** From when on it is listed; later than its time for a late event. */
  readonly visibleAtMs: number
  readonly text: string
}

export interface Scenario {
  readonly startMs: number
  /** When the last event becomes visible. */
  readonly endMs: number
  readonly historyS: number
  readonly historyEvents: number
  readonly liveEvents: number
  /** The longest an event may be late, in seconds; within the source's overlap. */
  readonly lateMaxS: number
}

/** The record of an id and a time in seconds, as the API writes it. */
export type WriteRecord = (id: string, atS: number) => string

/** The audit-log API in memory: newest first, cursors, whole seconds, late events and ties. Times need not be asked for. */
export class AuditApi {
  readonly events: readonly ApiEvent[]

  constructor(scenario: Scenario, random: Random, write: WriteRecord) {
    this.events = makeEvents(scenario, random, write).sort(
      (a, b) => b.effectiveAtS - a.effectiveAtS || b.visibleAtMs - a.visibleAtMs || (a.id < b.id ? -1 : 1),
    )
  }

  /** The answer to a list request at `nowMs`, as the body's text. */
  list(query: URLSearchParams, nowMs: number): string {
    const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined)
    const [gt, gte, lt, lte] = ['gt', 'gte', 'lt', 'lte'].map(name => number(`effective_at[${name}]`))
    const limit = number('limit') ?? 20
    const listed = this.events.filter(
      ({ effectiveAtS: at, visibleAtMs }) =>
        visibleAtMs <= nowMs &&
        (gt === undefined || at > gt) &&
        (gte === undefined || at >= gte) &&
        (lt === undefined || at < lt) &&
        (lte === undefined || at <= lte),
    )
    const after = query.get('after')
    const first = after === null ? 0 : listed.findIndex(({ id }) => id === after) + 1
    const page = listed.slice(first, first + limit)
    const ids = `"first_id":${JSON.stringify(page[0]?.id ?? null)},"last_id":${JSON.stringify(page.at(-1)?.id ?? null)}`
    return `{"object":"list","data":[${page.map(({ text }) => text).join(',')}],${ids},"has_more":${first + limit < listed.length}}`
  }
}

function makeEvents(
  { startMs, endMs, historyS, historyEvents, liveEvents, lateMaxS }: Scenario,
  random: Random,
  write: WriteRecord,
): ApiEvent[] {
  const startS = Math.floor(startMs / 1000)
  const burstsS = [random.int(startS - historyS, startS), random.int(startS, Math.floor(endMs / 1000))]
  const made: ApiEvent[] = []
  const add = (effectiveAtS: number, visibleAtMs: number) => {
    const id = `audit_log-${made.length}`
    made.push({ id, effectiveAtS, visibleAtMs, text: write(id, effectiveAtS) })
  }
  for (let n = 0; n < historyEvents; n++) {
    const anyS = random.chance(0.2) ? burstsS[0]! : random.int(startS - historyS, startS - 1)
    const atS = random.chance(0.2) ? Math.floor(anyS / 3600) * 3600 : anyS // Where windows of the past begin and end.
    const lateS = random.chance(0.1) ? random.int(1, lateMaxS) : 0
    const lastS = startS - random.int(1, Math.max(1, lateS)) // Of the end of the past, and listed while that is being read.
    if (lateS > 0) add(lastS, (lastS + lateS) * 1000)
    else add(atS, atS * 1000)
  }
  for (let n = 0; n < liveEvents; n++) {
    const atS = random.chance(0.2) ? burstsS[1]! : random.int(startS, Math.floor(endMs / 1000) - lateMaxS)
    const lateMs = random.chance(0.3) ? random.int(1, lateMaxS) * 1000 : random.int(0, 999)
    add(atS, atS * 1000 + lateMs)
  }
  return made
}
