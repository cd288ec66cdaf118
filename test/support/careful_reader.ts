import { valuesIn } from '../../src/simulator/json_text.ts'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { ask, type PageBody, type QuickClock } from './simulator.ts'

interface Read {
  readonly events: PageBody['data']
  readonly hasMore: boolean
  readonly lastId: string | undefined
}

/**
 * Lists with the least care that suffices: it asks again after any failure or contradiction, believes a
 * page only when it leads on, tries the other cursor and then shorter stretches of time. What it cannot
 * list completely, no client can.
 */
export class CarefulReader {
  readonly ids = new Set<string>()
  readonly #simulator: Simulator
  readonly #clock: QuickClock
  readonly #filter: string

  constructor(simulator: Simulator, clock: QuickClock, filter = '') {
    this.#simulator = simulator
    this.#clock = clock
    this.#filter = filter
  }

  /** Lists [fromS, untilS) to its end. */
  async read(fromS: number, untilS: number): Promise<void> {
    const range = `${this.#filter}limit=100&effective_at[gte]=${fromS}&effective_at[lt]=${untilS}`
    const listed = new Set<string>()
    for (let page: Read | undefined = await this.#ask(range); ; ) {
      for (const { id } of page.events) {
        listed.add(id)
        this.ids.add(id)
      }
      if (!page.hasMore) return
      const next: Read | undefined = await this.#following(range, page, listed)
      if (next === undefined) return this.#slice(fromS, untilS)
      page = next
    }
  }

  async #following(range: string, { events, lastId }: Read, listed: ReadonlySet<string>): Promise<Read | undefined> {
    const lowestS = Math.min(...events.map(({ effective_at }) => effective_at))
    for (const cursor of ['after', 'before']) {
      const next = await this.#ask(`${range}&${cursor}=${lastId}`)
      if (next.events.length === 0) return next
      if (next.events.some(({ id }) => !listed.has(id)) && next.events.at(-1)!.effective_at <= lowestS) return next
    }
    return undefined
  }

  async #slice(fromS: number, untilS: number): Promise<void> {
    const middleS = Math.floor((fromS + untilS) / 2)
    if (middleS > fromS) {
      await this.read(middleS, untilS)
      return this.read(fromS, middleS)
    }
    this.#clock.nowMs += 1_000 // A second that is more than a page: only an honest cursor leads on.
    return this.read(fromS, untilS)
  }

  async #ask(search: string): Promise<Read> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const read = await this.#attempt(search).catch(() => undefined)
      if (read !== undefined && !(read.hasMore && (read.events.length === 0 || read.lastId === undefined))) return read
      this.#clock.nowMs += 500
    }
    throw new Error(`asked fifty times in vain: ${search}`)
  }

  async #attempt(search: string): Promise<Read | undefined> {
    const { status, text } = await ask(this.#simulator, search)
    this.#clock.nowMs += 50
    if (status !== 200) return undefined
    const documents = [...valuesIn(text)].map(({ start, end }) => JSON.parse(text.slice(start, end)) as PageBody)
    const last = documents.at(-1)!
    const elements = documents.flatMap(({ data }) => data as readonly unknown[])
    const events = elements.filter(element => typeof element === 'object' && element !== null && !Array.isArray(element))
    return { events: events as PageBody['data'], hasMore: last.has_more, lastId: last.last_id ?? undefined }
  }
}
