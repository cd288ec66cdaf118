import { RetryableError } from '../../core/errors.ts'
import { Collected } from '../../paging/collected.ts'
import type { CursorDirection } from '../../paging/cursor_direction.ts'
import { type Cursor, CursorError, CursorWalk } from '../../paging/cursor_walk.ts'
import type { Element, Page } from '../../paging/page.ts'
import { SHAPE } from './query.ts'

/** How often a page that leads no further is tried. */
const TRIES_MAX = 5

export interface DescentOptions {
  /** Asks one page; retries by itself. Rejects with `CursorError` where the API refuses the cursor. */
  readonly ask: (cursor: Cursor | undefined, signal: AbortSignal) => Promise<Page>
  /** Does the work again, with pauses, while it rejects with `RetryableError`. */
  readonly untilDone: <T>(work: () => Promise<T>, signal: AbortSignal) => Promise<T>
  /** The page size that is asked for. */
  readonly pageEvents: number
  /** What earlier walks found out about cursors. */
  readonly direction: CursorDirection
}

/**
 * A walk down the list, page by page, newest first. The API takes no times, so a cursor is the only way: where none
 * leads on, however often it is tried, the walk is over with `RetryableError`.
 */
export class Descent {
  readonly #options: DescentOptions
  /** The newest time of the page it began at. */
  readonly #topS: number | undefined
  #collected = new Collected()
  #order: 'newest first' | 'oldest first' | undefined
  #page: Page
  #isProven = false

  private constructor(options: DescentOptions, page: Page) {
    this.#options = options
    this.#page = page
    this.#topS = page.newestS
    this.#arriveAt(page)
    this.#collected.add(page)
  }

  static async fromHead(options: DescentOptions, signal: AbortSignal): Promise<Descent> {
    return new Descent(options, await walk(options, new Collected(), signal).ask(undefined))
  }

  /** From after an element that was listed before; undefined when nothing is found there. To begin too high only makes the walk longer. */
  static async fromCursor(options: DescentOptions, id: string, signal: AbortSignal): Promise<Descent | undefined> {
    const cursor = { name: options.direction.names[0], id }
    const page = await walk(options, new Collected(), signal).ask(cursor).catch(ignoreCursorError)
    return page === undefined || page.elements.length === 0 ? undefined : new Descent(options, page)
  }

  /** What was listed since the start, or since `forget`. */
  get collected(): Collected {
    return this.#collected
  }

  get page(): Page {
    return this.#page
  }

  /** Shown by the times within a page; where no page shows it, by those of the first page and this one. */
  get isNewestFirst(): boolean {
    if (this.#order !== undefined) return this.#order === 'newest first'
    const { newestS } = this.#page
    return this.#topS !== undefined && newestS !== undefined && newestS < this.#topS
  }

  /** Whether everything from here on is older. */
  isBelow(timeS: number): boolean {
    const { newestS } = this.#page
    return newestS !== undefined && newestS < timeS && this.isNewestFirst
  }

  /** Goes to the next page; false at the end of the list. */
  async advance(signal: AbortSignal): Promise<boolean> {
    const { hasMore, elements } = this.#page
    if (!hasMore && elements.length < this.#options.pageEvents) return false
    let tries = 0
    // Each page has its own patience: a long walk must not pay for every page with the pauses of all before it.
    const attempt = () =>
      this.#follow(signal).catch((error: unknown) => {
        throw error instanceof CursorError && ++tries < TRIES_MAX ? undrainable(error) : error
      })
    return this.#options.untilDone(attempt, signal).catch((error: unknown) => {
      throw error instanceof CursorError ? undrainable(error) : error
    })
  }

  async #follow(signal: AbortSignal): Promise<boolean> {
    const next = await walk(this.#options, this.#collected, signal).following(this.#page, this.#isProven)
    if (next === undefined) return false
    this.#isProven = true
    this.#arriveAt(next)
    return true
  }

  /** Forgets what was listed, but for `kept` and the page it is at. */
  forget(kept: readonly Element[]): void {
    this.#collected = new Collected()
    this.#collected.add({ ...this.#page, unreadable: [], elements: [...kept, ...this.#page.elements] })
  }

  #arriveAt(page: Page): void {
    this.#page = page
    if (page.order === 'newest first' || page.order === 'oldest first') this.#order ??= page.order
  }
}

function undrainable({ message }: CursorError): RetryableError {
  return new RetryableError(
    `${SHAPE.component}.undrainable`,
    `The API's cursors lead nowhere in either direction: ${message}. The position stays; it is tried again.`,
  )
}

function walk({ ask, direction }: DescentOptions, collected: Collected, signal: AbortSignal): CursorWalk {
  return new CursorWalk({ component: SHAPE.component, ask: cursor => ask(cursor, signal), collected, direction, isOnlyWay: true })
}

function ignoreCursorError(error: unknown): undefined {
  if (!(error instanceof CursorError)) throw error
}
