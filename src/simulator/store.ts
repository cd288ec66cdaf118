import { type Facets, facetsOf } from './facets.ts'
import { type Held, olderFirst, TextBlocks } from './held.ts'
import type { Query } from './query.ts'

export interface NewEvent {
  readonly id: string | undefined
  readonly type: string
  readonly tenant: boolean
  readonly effectiveAtS: number
  readonly text: string
}

/** Which way a page lies from its cursor. */
export type Direction = 'older' | 'newer'

export interface PageRequest {
  readonly query: Query
  /** Exclusive: the page begins right beside it. Absent: at the newest. */
  readonly beside?: Held
  readonly direction: Direction
  readonly limit: number
}

export interface Page {
  /** Newest first, whatever the direction. */
  readonly items: readonly Held[]
  /** There is more that way. */
  readonly hasMore: boolean
}

/** Every event that has arrived, oldest first, tenant-scoped ones apart. */
export class EventStore {
  readonly #texts = new TextBlocks()
  readonly #organization: Held[] = []
  readonly #tenant: Held[] = []
  readonly #byId = new Map<string, Held>()
  readonly #types = new Set<string>()
  #arrivals = 0

  get size(): number {
    return this.#organization.length + this.#tenant.length
  }

  /** Cheapest for an event newer than all others; anywhere else the later ones are moved. */
  add(event: NewEvent): void {
    const { id, type, tenant, effectiveAtS } = event
    const held: Held = { id, type, tenant, effectiveAtS, arrival: this.#arrivals++, ...this.#texts.keep(event.text) }
    const list = tenant ? this.#tenant : this.#organization
    const place = firstPlace(list, other => olderFirst(other, held) > 0)
    if (place === list.length) list.push(held)
    else list.splice(place, 0, held)
    this.#types.add(type)
    if (id !== undefined) this.#remember(id, held)
  }

  /** Of several events with one id a cursor means the oldest, so that listing onwards always gets on. */
  #remember(id: string, held: Held): void {
    const other = this.#byId.get(id)
    if (other === undefined || olderFirst(held, other) < 0) this.#byId.set(id, held)
  }

  get(id: string): Held | undefined {
    return this.#byId.get(id)
  }

  holdsType(type: string): boolean {
    return this.#types.has(type)
  }

  /** Oldest first, both lists in one. */
  *all(): Generator<Held> {
    let tenant = 0
    for (const held of this.#organization) {
      for (let other = this.#tenant[tenant]; other !== undefined && olderFirst(other, held) < 0; other = this.#tenant[++tenant]) yield other
      yield held
    }
    while (tenant < this.#tenant.length) yield this.#tenant[tenant++]!
  }

  list({ query, beside, direction, limit }: PageRequest): Page {
    const list = query.tenantOnly ? this.#tenant : this.#organization
    let from = firstPlace(list, held => held.effectiveAtS >= query.fromS)
    let until = firstPlace(list, held => held.effectiveAtS >= query.untilS)
    if (beside !== undefined && direction === 'older')
      until = Math.min(
        until,
        firstPlace(list, held => olderFirst(held, beside) >= 0),
      )
    if (beside !== undefined && direction === 'newer')
      from = Math.max(
        from,
        firstPlace(list, held => olderFirst(held, beside) > 0),
      )
    const matches = matcher(query)
    const items: Held[] = []
    const step = direction === 'older' ? -1 : 1
    for (let place = direction === 'older' ? until - 1 : from; place >= from && place < until; place += step) {
      const held = list[place]!
      if (!matches(held)) continue
      if (items.length === limit) return { items: newestFirst(items, direction), hasMore: true }
      items.push(held)
    }
    return { items: newestFirst(items, direction), hasMore: false }
  }
}

const newestFirst = (items: Held[], direction: Direction) => (direction === 'older' ? items : items.reverse())

/** The first place of a sorted list from which on `holds` is true; its length if it never is. */
function firstPlace<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(list[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}

function matcher({ eventTypes, projectIds, actorIds, actorEmails, resourceIds }: Query): (held: Held) => boolean {
  const tests: ((facets: Facets) => boolean)[] = []
  if (projectIds) tests.push(({ projectId }) => projectId !== undefined && projectIds.has(projectId))
  if (actorIds) tests.push(facets => facets.actorIds.some(id => actorIds.has(id)))
  if (actorEmails) tests.push(({ actorEmail }) => actorEmail !== undefined && actorEmails.has(actorEmail))
  if (resourceIds) tests.push(facets => facets.resourceIds.some(id => resourceIds.has(id)))
  return held => {
    if (eventTypes && !eventTypes.has(held.type)) return false
    if (tests.length === 0) return true
    const facets = facetsOf(held)
    return tests.every(test => test(facets))
  }
}
