import { RetryableError } from '../core/errors.ts'
import type { Collected } from './collected.ts'
import type { CursorDirection, CursorName } from './cursor_direction.ts'
import type { Page } from './page.ts'

/** Where a page begins: the list's parameter, and the id of the element that it is next to. */
export interface Cursor {
  readonly name: CursorName
  readonly id: string
}

/** What a cursor led to cannot be the next page. */
export class CursorError extends Error {}

const EMPTY_TRIES_MAX = 5

export interface CursorWalkOptions {
  /** Prefix of the error codes. */
  readonly component: string
  /** Asks one page; retries by itself. */
  readonly ask: (cursor: Cursor | undefined) => Promise<Page>
  /** Is given everything that is listed. */
  readonly collected: Collected
  readonly direction: CursorDirection
  /**
   * The list has no other way through it. A page that times or `has_more` speak against is then believed, if the cursor is
   * shown to have an effect.
   */
  readonly isOnlyWay?: boolean
}

/** From page to page by cursor. Trusts none: where a page does not follow on the one before, it tries the other direction. */
export class CursorWalk {
  readonly #options: CursorWalkOptions

  constructor(options: CursorWalkOptions) {
    this.#options = options
  }

  /** A page that is empty and says that there is more says nothing: it is asked again, a few times. */
  async ask(cursor: Cursor | undefined): Promise<Page> {
    for (let tries = 0; tries < EMPTY_TRIES_MAX; tries++) {
      const page = await this.#options.ask(cursor)
      if (page.elements.length > 0 || page.unreadable.length > 0 || !page.hasMore) return page
    }
    if (cursor !== undefined) throw new CursorError('the cursor leads to an empty page')
    throw new RetryableError(
      `${this.#options.component}.contradiction`,
      'The API answered an empty page and "has_more": true, five times. The position stays; the window is listed again.',
    )
  }

  /**
   * The page after this one, in whichever direction cursors work; undefined when there is none. `isProven`: a cursor
   * has led to this page. Throws `CursorError` where no cursor leads on.
   */
  async following(page: Page, isProven: boolean): Promise<Page | undefined> {
    const { collected, direction } = this.#options
    for (const name of direction.names) {
      const next = await this.ask(cursorOf(page, name))
      const fresh = collected.add(next)
      if (next.elements.length === 0) {
        if (await this.#isEnd(page, name, isProven)) return undefined
      } else if (fresh > 0 && (collected.isInOrder(page, next) || (await this.#isShown(page, name)))) {
        collected.duplicates += next.elements.length - fresh
        direction.adopt(name)
        return next
      }
    }
    throw new CursorError('no cursor leads on')
  }

  /** A full page may be the last one; a page that promised more can't, unless nothing else can be asked. */
  async #isEnd(page: Page, name: CursorName, isProven: boolean): Promise<boolean> {
    if (!page.hasMore) return isProven || this.leads(page, name)
    if (this.#options.isOnlyWay !== true) return false
    return page.elements.length === 1 ? isProven : this.leads(page, name)
  }

  async #isShown(page: Page, name: CursorName): Promise<boolean> {
    return this.#options.isOnlyWay === true && (await this.leads(page, name))
  }

  /** Whether cursors of this direction have an effect: the last but one element's has to lead to the last one. */
  async leads(page: Page, name: CursorName): Promise<boolean> {
    const [beforeLast, last] = page.elements.slice(-2)
    if (beforeLast?.id === undefined || last?.id === undefined) return false
    const { elements } = await this.ask({ name, id: beforeLast.id })
    return elements[0]?.id === last.id
  }
}

export function cursorOf({ cursor }: Page, name: CursorName): Cursor {
  if (cursor === undefined) throw new CursorError('the page names no cursor')
  return { name, id: cursor }
}
