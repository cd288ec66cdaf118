import { RetryableError } from '../../core/errors.ts'
import { Collected } from '../../paging/collected.ts'
import { CursorDirection, type CursorName } from '../../paging/cursor_direction.ts'
import { type Cursor, CursorError, CursorWalk, cursorOf } from '../../paging/cursor_walk.ts'
import { type Window, WindowTooLargeError } from '../../paging/drained.ts'
import type { Page } from '../../paging/page.ts'
import type { ListLimits } from '../../paging/stream.ts'

/** One question to the list endpoint. */
export interface Question extends Window {
  readonly cursor?: Cursor | undefined
  /** Instead of the stream's own page size. */
  readonly pageEvents?: number | undefined
}

export interface ListingOptions extends ListLimits {
  /** Asks one page; retries by itself. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Page>
  /** The page size that is asked for. */
  readonly pageEvents: number
  /** What earlier listings of the stream found out about cursors. */
  readonly direction?: CursorDirection | undefined
}

const UNDRAINABLE = 'openai_audit.undrainable'

/** What a cursor led to: all the rest; nothing, as a cursor without effect would; or what cannot be the rest. */
type Behind = 'all' | 'nothing' | 'contradiction'

/**
 * Everything the API lists in one window. Trusts no cursor: where a page does not follow on the one before, it
 * tries the other direction, and then lists by time, which needs no cursor but within one full second.
 */
export class Listing {
  readonly #options: ListingOptions
  readonly #direction: CursorDirection
  readonly collected = new Collected()
  #wholeFromS = Number.POSITIVE_INFINITY

  constructor(options: ListingOptions) {
    this.#options = options
    this.#direction = options.direction ?? new CursorDirection()
  }

  /** Resolves when the window is drained; rejects with `WindowTooLargeError`, or `RetryableError` when the API contradicts itself. */
  async drain(window: Window, signal: AbortSignal): Promise<void> {
    this.#wholeFromS = window.toS
    try {
      await this.#walk(window, signal)
    } catch (error) {
      if (!(error instanceof CursorError)) throw error
      this.#wholeFromS = window.toS
      await this.#slice(window, signal)
    }
  }

  /** From page to page by cursor. */
  async #walk(window: Window, signal: AbortSignal): Promise<void> {
    const walk = this.#walkOf(window, signal)
    const first = await walk.ask(undefined)
    let page: Page | undefined = first
    this.collected.add(first)
    while (page !== undefined) {
      this.#listedDownTo(page, window)
      this.#checkSize()
      this.#learnOrder()
      if (this.#isEnough(page) || this.#isLast(page)) return
      page = await walk.following(page, page !== first)
    }
  }

  /** Until a page has shown that it is newest first, or when times are not those asked for, no part of the window is known to be whole. */
  #listedDownTo({ order, oldestS }: Page, { fromS, toS }: Window): void {
    const isAsked = oldestS === undefined || oldestS >= fromS
    if (this.collected.order !== 'newest first' || order === 'mixed' || !isAsked) this.#wholeFromS = toS
    else if (oldestS !== undefined) this.#wholeFromS = Math.min(this.#wholeFromS, Math.floor(oldestS) + 1)
  }

  #walkOf(question: Question, signal: AbortSignal): CursorWalk {
    return new CursorWalk({
      component: 'openai_audit',
      ask: cursor => this.#options.ask(cursor === undefined ? question : { ...question, cursor }, signal),
      collected: this.collected,
      direction: this.#direction,
    })
  }

  /**
   * By time alone, newest part first: a window whose page is not the last one is cut, where the page ends if it is
   * in order, until each part is one page. No order is relied on.
   */
  async #slice(whole: Window, signal: AbortSignal): Promise<void> {
    const windows = [whole]
    for (let window = windows.pop(); window !== undefined; window = windows.pop()) {
      const { fromS, toS } = window
      if (fromS >= toS) continue
      const page = await this.#walkOf(window, signal).ask(undefined)
      this.collected.duplicates += page.elements.length - this.collected.add(page)
      this.#checkSize()
      this.#learnOrder()
      if (this.#isEnough(page)) return
      if (!this.#isLast(page)) {
        const { oldestS, newestS } = page
        if (oldestS === undefined || newestS === undefined) throw new RetryableError(UNDRAINABLE, TIMELESS)
        const [oldest, newest] = [Math.max(fromS, Math.floor(oldestS)), Math.min(toS - 1, Math.floor(newestS))]
        if (toS - fromS === 1) await this.#second(fromS, signal)
        else if (oldest === newest) windows.push({ fromS, toS: oldest }, { fromS: oldest, toS: oldest + 1 }, { fromS: oldest + 1, toS })
        else {
          const middle = fromS + Math.ceil((toS - fromS) / 2)
          const cutS = { 'newest first': oldest + 1, 'oldest first': newest, mixed: middle, 'one time': middle }[page.order]
          const atS = Math.min(toS - 1, Math.max(fromS + 1, cutS))
          windows.push({ fromS, toS: atS }, { fromS: atS, toS })
        }
      }
      this.#wholeFromS = Math.min(this.#wholeFromS, windows.at(-1)?.toS ?? fromS)
    }
  }

  /** One second whose events fill a page: only a cursor can list it, in whichever direction it works. */
  async #second(secondS: number, signal: AbortSignal): Promise<void> {
    // With one event a page nothing would tell a cursor that works from one that leads nowhere.
    const window = { fromS: secondS, toS: secondS + 1, pageEvents: Math.max(2, this.#options.pageEvents) }
    const walk = this.#walkOf(window, signal)
    const page = await walk.ask(undefined)
    this.collected.add(page)
    if (!page.hasMore && page.elements.length < window.pageEvents) return
    const found: Behind[] = []
    for (const name of this.#direction.names) {
      found.push(await this.#follow(page, name, walk, window.pageEvents))
      if (found.includes('all')) return
    }
    if (page.elements.length === 1 && found.every(what => what === 'nothing')) return
    throw new RetryableError(
      UNDRAINABLE,
      `The API lists a full page of events in the second ${new Date(secondS * 1000).toISOString()} and its cursors lead nowhere in either direction. ` +
        'The position stays before that second; it is listed again.',
    )
  }

  async #follow(first: Page, name: CursorName, walk: CursorWalk, pageEvents: number): Promise<Behind> {
    const here = new Collected()
    here.add(first)
    try {
      for (let page = first; ; ) {
        const next = await walk.ask(cursorOf(page, name))
        this.collected.add(next)
        this.#checkSize()
        if (next.elements.length === 0) return page !== first || (await walk.leads(page, name)) ? 'all' : 'nothing'
        if (here.add(next) === 0) return 'contradiction'
        if (!next.hasMore && next.elements.length < pageEvents) return 'all'
        page = next
      }
    } catch (error) {
      if (error instanceof CursorError) return 'contradiction'
      throw error
    }
  }

  #isLast({ elements, hasMore }: Page): boolean {
    return !hasMore && elements.length < this.#options.pageEvents
  }

  #learnOrder(): void {
    this.#direction.order = this.collected.order ?? this.#direction.order
  }

  #isEnough(page: Page): boolean {
    const isNewestFirst = this.#direction.order === 'newest first' && (page.order === 'newest first' || page.order === 'one time')
    return isNewestFirst && this.#options.isEnough?.(page) === true
  }

  #checkSize(): void {
    if (this.collected.elements.length > this.#options.windowEventsMax) throw new WindowTooLargeError(this.#wholeFromS)
  }
}

const TIMELESS =
  "The API's cursors lead nowhere and its events have no time to list them by. The position stays; the window is listed again."
