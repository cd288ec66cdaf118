import type { Clock } from '../../core/clock.ts'
import { RetryableError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { isJsonObject } from '../../core/json.ts'
import { documentIdOf } from './encode.ts'
import type { IndexTemplate } from './index_name.ts'
import { parsed } from './answer.ts'

/** Ids of one search; with as many hits as a search may answer, each may stand ten times already. */
const SEARCH_IDS_MAX = 1000
const SEARCH_HITS_MAX = 10_000
/** The most index names of which it is remembered that they were refreshed. */
const NAMES_MAX = 1000
/** The most events that are remembered as stored: more than are under way at once, at about 100 bytes each. */
const RECENT_MAX = 100_000

/** One request to the cluster, whose success is given as text; whatever else comes is thrown. */
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
  #doubts = 1
  /** By index, the number of doubts there were before it was last refreshed. */
  readonly #refreshed = new Map<string, number>()
  /** What was answered as stored, the oldest first: a position that could not be saved makes it come again. */
  readonly #recent = new Set<string>()

  constructor(options: ReplaysOptions) {
    this.#options = options
    this.#doubtAtMs = options.clock.now()
  }

  /** Nobody knows what became of a request: whatever was received up to now may be stored. */
  doubt(): void {
    this.#doubtAtMs = this.#options.clock.now()
    this.#doubts++
  }

  /** The destination has said that it holds it. */
  stored(event: MappedEvent): void {
    if (this.#options.mode === 'never') return
    this.#recent.add(this.#keyOf(event))
    if (this.#recent.size > RECENT_MAX) this.#recent.delete(this.#recent.values().next().value!)
  }

  /** Those of `events` that have to be written. */
  async missing(given: readonly MappedEvent[], ask: Ask): Promise<readonly MappedEvent[]> {
    const { template } = this.#options
    const events = this.#recent.size === 0 ? given : given.filter(event => !this.#recent.has(this.#keyOf(event)))
    const suspects = Map.groupBy(
      events.filter(event => this.#isSuspect(event)),
      ({ event }) => template.nameOf(event),
    )
    if (suspects.size === 0) return events
    const stored = new Set<MappedEvent>()
    for (const [index, group] of suspects) {
      await this.#refresh(index, ask)
      for (let start = 0; start < group.length; start += SEARCH_IDS_MAX) {
        const part = group.slice(start, start + SEARCH_IDS_MAX)
        const found = await search(index, part.map(documentIdOf), ask)
        for (const event of part) if (found.has(documentIdOf(event))) stored.add(event)
      }
    }
    return stored.size === 0 ? events : events.filter(event => !stored.has(event))
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

  /** A search sees what was stored before the last refresh: one after the last doubt shows all that doubt is about. */
  async #refresh(index: string, ask: Ask): Promise<void> {
    const doubts = this.#doubts
    if (this.#options.mode === 'replays' && this.#refreshed.get(index) === doubts) return
    await ask(`/${encodeURIComponent(index)}/_refresh?ignore_unavailable=true&allow_no_indices=true`, '', index)
    if (this.#refreshed.size >= NAMES_MAX) this.#refreshed.clear()
    this.#refreshed.set(index, doubts)
  }
}

const SEARCH_QUERY = 'ignore_unavailable=true&allow_no_indices=true&allow_partial_search_results=false&filter_path=timed_out,hits.hits._id'

/** Those of `ids` that stand in any index behind the name. */
export async function search(index: string, ids: readonly string[], ask: Ask): Promise<ReadonlySet<string>> {
  const body = JSON.stringify({
    size: SEARCH_HITS_MAX,
    _source: false,
    track_total_hits: false,
    sort: ['_doc'],
    query: { ids: { values: ids } },
  })
  const answer = parsed(await ask(`/${encodeURIComponent(index)}/_search?${SEARCH_QUERY}`, body, index))
  if (answer?.timed_out !== false)
    throw new RetryableError(
      'elasticsearch.search_incomplete',
      `The search for events in ${index} that are there already was not finished. It is tried again.`,
    )
  const hits = isJsonObject(answer.hits) && Array.isArray(answer.hits.hits) ? (answer.hits.hits as readonly unknown[]) : []
  return new Set(hits.map(hit => (isJsonObject(hit) && typeof hit._id === 'string' ? hit._id : '')))
}
