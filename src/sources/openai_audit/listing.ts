import type { Unreadable } from '../../core/batch.ts'
import { RetryableError } from '../../core/errors.ts'
import type { Element, Page } from './page.ts'

/** Seconds since 1970: from, included, to, excluded. */
export interface Window {
  readonly fromS: number
  readonly toS: number
}

export type CursorName = 'after' | 'before'

/** One question to the list endpoint. */
export interface Question extends Window {
  readonly cursor?: { readonly name: CursorName; readonly id: string } | undefined
}

export interface ListingOptions {
  /** Asks one page; retries by itself. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Page>
  /** The page size that is asked for. */
  readonly pageEvents: number
  /** The most events that one window may hold in memory. */
  readonly windowEventsMax: number
  /** True ends the listing after this page: everything older is known. */
  readonly isEnough?: (page: Page) => boolean
}

const TIMELESS =
  "The API's cursors lead nowhere and its events have no time to list them by. The position stays; the window is listed again."

/** More events than `windowEventsMax`. What is newer than the second `oldestS` has been listed whole. */
export class WindowTooLargeError extends Error {
  readonly oldestS: number

  constructor(oldestS: number) {
    super('the window has too many events')
    this.oldestS = oldestS
  }
}

/** What the cursor led to cannot be the next page. */
class CursorError extends Error {}

/**
 * Everything the API lists in one window. Trusts no cursor: where pages do not follow on each other it
 * tries the other direction, and then lists by time alone, which needs none.
 */
export class Listing {
  readonly #options: ListingOptions
  readonly #elements: Element[] = []
  readonly #first = new Map<string, Element>()
  /** Id and text of what came again under an id with another text. */
  readonly #others = new Set<string>()
  readonly #unreadable = new Map<string, Unreadable>()
  /** Times an element was listed again within this window. */
  duplicates = 0

  constructor(options: ListingOptions) {
    this.#options = options
  }

  get elements(): readonly Element[] {
    return this.#elements
  }

  get unreadable(): readonly Unreadable[] {
    return [...this.#unreadable.values()]
  }

  /** Resolves when the window is drained; rejects with `WindowTooLargeError`, or `RetryableError` when the API contradicts itself. */
  async drain(window: Window, signal: AbortSignal): Promise<void> {
    try {
      await this.#walk(window, 'after', signal)
    } catch (error) {
      if (!(error instanceof CursorError)) throw error
      await this.#slice(window, signal)
    }
  }

  /** From page to page by cursor. */
  async #walk(window: Window, name: CursorName, signal: AbortSignal): Promise<void> {
    const { pageEvents, isEnough } = this.#options
    let previous: Page | undefined
    let cursor: Question['cursor']
    while (true) {
      const page = await this.#ask({ ...window, cursor }, signal)
      const fresh = this.#add(page)
      const size = page.elements.length
      if (previous !== undefined && size > 0 && fresh === 0) throw new CursorError('the page after the cursor has been listed before')
      if (isNewer(page, previous)) throw new CursorError('the page after the cursor is newer than the page before it')
      if (isEnough?.(page)) return
      // A full page is asked on even if the answer says that it was the last.
      if (size === 0 || (!page.hasMore && size < pageEvents)) return
      if (page.cursor === undefined) throw new CursorError('the page names no cursor')
      if (page.cursor === cursor?.id) throw new CursorError('the cursor did not move')
      previous = page
      cursor = { name, id: page.cursor }
    }
  }

  /** By time alone: newest first, so each page tells up to when to ask next. */
  async #slice({ fromS, toS }: Window, signal: AbortSignal): Promise<void> {
    for (let upperS = toS; upperS > fromS; ) {
      const page = await this.#ask({ fromS, toS: upperS }, signal)
      this.#add(page)
      const { oldestS, newestS } = page
      if (this.#options.isEnough?.(page)) return
      if (page.elements.length < this.#options.pageEvents && !page.hasMore) return
      if (oldestS === undefined || newestS === undefined) throw new RetryableError('openai_audit.undrainable', TIMELESS)
      const oldestSecondS = Math.floor(oldestS)
      if (Math.floor(newestS) === oldestSecondS) {
        await this.#second(oldestSecondS, signal)
        upperS = Math.min(oldestSecondS, upperS - 1)
      } else {
        upperS = Math.min(oldestSecondS + 1, upperS - 1) // That second may go on behind the page: it is listed again.
      }
    }
  }

  /** One second whose events fill a page: only a cursor can list it, in whichever direction it works. */
  async #second(secondS: number, signal: AbortSignal): Promise<void> {
    const window = { fromS: secondS, toS: secondS + 1 }
    for (const name of ['after', 'before'] as const) {
      try {
        return await this.#walk(window, name, signal)
      } catch (error) {
        if (!(error instanceof CursorError)) throw error
      }
    }
    throw new RetryableError(
      'openai_audit.undrainable',
      `The API lists a full page of events in the second ${new Date(secondS * 1000).toISOString()} and its cursors lead nowhere in either direction. ` +
        'The position stays before that second; it is listed again.',
    )
  }

  /** A page that is empty and says that there is more says nothing: it is asked again, a few times. */
  async #ask(question: Question, signal: AbortSignal): Promise<Page> {
    for (let tries = 0; tries < 5; tries++) {
      const page = await this.#options.ask(question, signal)
      if (page.elements.length > 0 || page.unreadable.length > 0 || !page.hasMore) return page
    }
    throw new RetryableError(
      'openai_audit.contradiction',
      'The API answered an empty page and "has_more": true, five times. The position stays; the window is listed again.',
    )
  }

  /** How many of the page's elements are new to this window. */
  #add(page: Page): number {
    const before = this.#elements.length
    for (const element of page.elements) {
      if (this.#isNew(element)) this.#elements.push(element)
      else this.duplicates++
    }
    for (const piece of page.unreadable) this.#unreadable.set(piece.text, piece)
    if (this.#elements.length > this.#options.windowEventsMax && page.oldestS !== undefined) {
      throw new WindowTooLargeError(Math.floor(page.oldestS))
    }
    return this.#elements.length - before
  }

  /** An id may come with different texts; each is an event. Without an id the text is all there is. */
  #isNew(element: Element): boolean {
    const { id, text } = element
    const first = this.#first.get(id ?? text)
    if (first === undefined) {
      this.#first.set(id ?? text, element)
      return true
    }
    if (first.text === text) return false
    const before = this.#others.size
    return this.#others.add(`${id ?? ''}\n${text}`).size > before
  }
}

function isNewer(page: Page, previous: Page | undefined): boolean {
  return page.newestS !== undefined && previous?.newestS !== undefined && page.newestS > previous.newestS
}
