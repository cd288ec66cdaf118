import type { Clock } from '../../core/clock.ts'
import { RetryableError } from '../../core/errors.ts'
import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { documentIdOf } from './encode.ts'
import type { IndexTemplate } from './index_name.ts'

/** Ids of one search. A search answers ten times as many hits, so that each may stand in ten indices. */
const SEARCH_IDS_MAX = 1000
export const SEARCH_HITS_MAX = 10_000
/** The most events that are remembered as stored: more than are under way at once, at about 100 bytes each. */
const RECENT_MAX = 100_000

/** One request to the cluster: gives the text of a success, throws anything else. */
export type Ask = (path: string, body: string, index: string) => Promise<string>

export interface ReplaysOptions {
  readonly mode: 'replays' | 'always' | 'never'
  readonly template: IndexTemplate
  readonly clock: Clock
}

/**
 * Finds what stands at the destination already, so that it is not written a second time after a rollover
 * (docs/decisions/elasticsearch-replays.md).
 *
 * An event that was received after the last moment of doubt has never been sent: not by an earlier process, for that
 * had ended, and not in a request without an answer, for there was none since. Doubt begins with this object. What was
 * answered as stored in this life is remembered, and not looked for.
 */
export class Replays {
  readonly #options: ReplaysOptions
  #doubtAtMs: number
  /** What was answered as stored, the oldest first: a position that could not be saved makes it come again. */
  readonly #recent = new Set<string>()

  constructor(options: ReplaysOptions) {
    this.#options = options
    this.#doubtAtMs = options.clock.now()
  }

  /** Called when it is not known what became of a request. Every event received up to now may be stored then. */
  doubt(): void {
    this.#doubtAtMs = this.#options.clock.now()
  }

  /** Called when the destination has said that it holds the event. */
  stored(event: MappedEvent): void {
    if (this.#options.mode === 'never') return
    this.#recent.add(this.#keyOf(event))
    if (this.#recent.size > RECENT_MAX) this.#recent.delete(this.#recent.values().next().value!)
  }

  /** Those of `given` that have to be written. */
  async missing(given: readonly MappedEvent[], ask: Ask): Promise<readonly MappedEvent[]> {
    const { template } = this.#options
    const events = this.#recent.size === 0 ? given : given.filter(event => !this.#recent.has(this.#keyOf(event)))
    const suspects = Map.groupBy(
      events.filter(event => this.#isSuspect(event)),
      ({ event }) => template.nameOf(event),
    )
    const stored = new Set<string>()
    for (const [index, group] of suspects) {
      const found = await look(index, group.map(documentIdOf), ask)
      for (const event of group) if (found.has(documentIdOf(event))) stored.add(this.#keyOf(event))
    }
    return stored.size === 0 ? events : events.filter(event => !stored.has(this.#keyOf(event)))
  }

  #keyOf(mapped: MappedEvent): string {
    const { template } = this.#options
    return template.only === undefined ? `${template.nameOf(mapped.event)} ${documentIdOf(mapped)}` : documentIdOf(mapped)
  }

  #isSuspect({ event: { receivedMs } }: MappedEvent): boolean {
    const { mode, clock } = this.#options
    if (mode !== 'replays') return mode === 'always'
    // What was received in the future was received before the clock was set back.
    return receivedMs <= this.#doubtAtMs || receivedMs > clock.now()
  }
}

/**
 * Those of `ids` that stand in any index behind the name. A search sees what was stored before the last refresh, and
 * a refresh passes over shards that are not up, such as those of a node that is starting: hence the first search, which
 * fails while one is missing, and which is enough when it finds all.
 */
export async function look(index: string, ids: readonly string[], ask: Ask): Promise<ReadonlySet<string>> {
  const first = await search(index, ids, ask)
  const rest = ids.filter(id => !first.ids.has(id))
  if (rest.length === 0) return first.ids
  const refreshed = await refresh(index, ask)
  const second = await search(index, rest, ask)
  if (refreshed < Math.max(first.shards, second.shards)) throw incomplete(index)
  return first.ids.union(second.ids)
}

/** Gives how many copies of shards were refreshed. */
async function refresh(index: string, ask: Ask): Promise<number> {
  const answer = parseJsonObject(
    await ask(`/${encodeURIComponent(index)}/_refresh?ignore_unavailable=true&allow_no_indices=true`, '', index),
  )
  const { successful, failed } = shardsOf(answer)
  if (typeof successful !== 'number' || failed !== 0) throw incomplete(index)
  return successful
}

interface Found {
  readonly ids: ReadonlySet<string>
  /** How many shards were searched. */
  readonly shards: number
}

const SEARCH_QUERY =
  'ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false&filter_path=timed_out,_shards.total,hits.hits._id'

async function search(index: string, ids: readonly string[], ask: Ask): Promise<Found> {
  const found = new Set<string>()
  let shards = 0
  for (let start = 0; start < ids.length; start += SEARCH_IDS_MAX) {
    const values = ids.slice(start, start + SEARCH_IDS_MAX)
    const body = { size: SEARCH_HITS_MAX, _source: false, track_total_hits: false, sort: ['_doc'], query: { ids: { values } } }
    const answer = parseJsonObject(await ask(`/${encodeURIComponent(index)}/_search?${SEARCH_QUERY}`, JSON.stringify(body), index))
    const { total } = shardsOf(answer)
    if (answer?.timed_out !== false || typeof total !== 'number') throw incomplete(index)
    shards = Math.max(shards, total)
    const hits = isJsonObject(answer.hits) && Array.isArray(answer.hits.hits) ? (answer.hits.hits as readonly unknown[]) : []
    for (const hit of hits) if (isJsonObject(hit) && typeof hit._id === 'string') found.add(hit._id)
  }
  return { ids: found, shards }
}

const shardsOf = (answer: JsonObject | undefined): JsonObject => (isJsonObject(answer?._shards) ? answer._shards : {})

function incomplete(index: string): RetryableError {
  return new RetryableError(
    'elasticsearch.search_incomplete',
    `The search for events in ${index} that are there already did not reach every shard, or was not finished. It is tried again; look at the health of its shards if this goes on.`,
  )
}
