import type { Choice } from './choice.ts'
import type { Held } from './held.ts'
import type { Query } from './query.ts'
import type { Direction, EventStore, Page } from './store.ts'

/** One JSON document of an answer. */
export interface Listing {
  readonly items: readonly Held[]
  readonly hasMore: boolean
  /** False: the document says nothing of a `last_id`. */
  readonly withLastId: boolean
}

/** The documents of the answer to that question, most of the time one. `beside` is the event the cursor names. */
export function layPage(store: EventStore, query: Query, beside: Held | undefined, choice: Choice): readonly Listing[] {
  if (choice.failure === 'empty_pages') return [{ items: [], hasMore: true, withLastId: true }]
  const cursor = choice.mode === 'ignored' ? undefined : beside
  const direction = directionOf(query, cursor, choice)
  const page = store.list({ query, direction, limit: query.limit, ...(cursor && { beside: cursor }) })
  const isRepeating = choice.oddities.has('duplicates') && direction === 'older' && query.order !== 'asc'
  const { items, hasMore } = isRepeating ? repeat(store, query, cursor !== undefined, page, choice) : page
  const withLastId = !(choice.failure === 'missing_last_id' && hasMore)
  const said = { items: query.order === 'asc' ? items.toReversed() : items, hasMore: lie(items, hasMore, choice), withLastId }
  return choice.oddities.has('several_documents') ? split(said, choice) : [said]
}

function directionOf(query: Query, cursor: Held | undefined, { mode }: Choice): Direction {
  const isOnward = cursor === undefined || (query.cursor?.name === 'after') === (mode === 'honest')
  return isOnward === (query.order !== 'asc') ? 'older' : 'newer'
}

function lie(items: readonly Held[], hasMore: boolean, { oddities }: Choice): boolean {
  if (hasMore) return !oddities.has('has_more_false_early')
  return items.length > 0 && oddities.has('has_more_at_end')
}

/** Puts up to three events of the page before at the front, or one of this page twice, and drops as many at the end. */
function repeat(store: EventStore, query: Query, hasPageBefore: boolean, page: Page, { random }: Choice): Page {
  const [first] = page.items
  const room = Math.min(3, Math.floor(query.limit / 2))
  if (first === undefined || room === 0) return page
  const again = hasPageBefore ? store.list({ query, beside: first, direction: 'newer', limit: random.int(1, room) }).items : [first]
  const items = [...again, ...page.items]
  return { items: items.slice(0, query.limit), hasMore: page.hasMore || items.length > query.limit }
}

/** Every document but the last says that there is more, as it does. */
function split(listing: Listing, { random }: Choice): readonly Listing[] {
  const { items } = listing
  const size = Math.ceil(items.length / random.int(2, 3))
  if (items.length < 2) return [listing]
  const documents: Listing[] = []
  for (let start = 0; start < items.length; start += size) {
    const isLast = start + size >= items.length
    documents.push({
      items: items.slice(start, start + size),
      hasMore: isLast ? listing.hasMore : true,
      withLastId: !isLast || listing.withLastId,
    })
  }
  return documents
}
