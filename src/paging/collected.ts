import type { Unreadable } from '../core/batch.ts'
import type { Element, Page } from './page.ts'

/** Everything that was listed of one window. */
export interface Listed {
  /** In the order they were listed in, each once. */
  readonly elements: readonly Element[]
  readonly unreadable: readonly Unreadable[]
  readonly order: 'newest first' | 'oldest first' | undefined
  /** Times an element was listed again within this window. */
  readonly duplicates: number
  /** The answers held more than these elements. */
  readonly isPart?: true
}

/** What the pages of one window have in common: their elements, each once. */
export class Collected implements Listed {
  readonly #elements: Element[] = []
  readonly #first = new Map<string, Element>()
  /** Id and text of what came again under an id with another text. */
  readonly #others = new Set<string>()
  readonly #unreadable = new Map<string, Unreadable>()
  #order: 'newest first' | 'oldest first' | undefined
  duplicates = 0

  /** In the order they were listed in. */
  get elements(): readonly Element[] {
    return this.#elements
  }

  get unreadable(): readonly Unreadable[] {
    return [...this.#unreadable.values()]
  }

  /** What the API's pages have shown so far: newest first, or, against its documentation, oldest first. */
  get order(): 'newest first' | 'oldest first' | undefined {
    return this.#order
  }

  /** How many of the page's elements are new to this window. */
  add(page: Page): number {
    if (page.order === 'oldest first' || page.order === 'newest first') this.#order ??= page.order
    const before = this.#elements.length
    for (const element of page.elements) this.#add(element)
    for (const piece of page.unreadable) this.#unreadable.set(piece.text, piece)
    return this.#elements.length - before
  }

  /** Whether times go on from page to page as they do within one. */
  isInOrder(page: Page, next: Page): boolean {
    if (page.oldestS === undefined || page.newestS === undefined || next.oldestS === undefined || next.newestS === undefined) return true
    if (this.#order === 'oldest first') return next.newestS >= page.newestS && next.oldestS >= page.oldestS
    return next.newestS <= page.newestS && next.oldestS <= page.oldestS
  }

  /** An id may come with different texts; each is an event. Without an id the text is all there is. */
  #add(element: Element): void {
    const { id, text } = element
    const first = this.#first.get(id ?? text)
    if (first === undefined) this.#first.set(id ?? text, element)
    else if (first.text === text) return
    else {
      const other = `${id ?? ''}\n${text}`
      if (this.#others.has(other)) return
      this.#others.add(other)
    }
    this.#elements.push(element)
  }
}
