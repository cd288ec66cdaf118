export type CursorName = 'after' | 'before'

/** The parameter that leads to the next page: `after` by the API's documentation; some deployments answer it with the page before. */
export class CursorDirection {
  #names: readonly [CursorName, CursorName] = ['after', 'before']

  /** The one that worked last, and the other. */
  get names(): readonly [CursorName, CursorName] {
    return this.#names
  }

  /** What the pages of the list have last shown; a page within one second shows nothing. */
  order: 'newest first' | 'oldest first' | undefined

  adopt(name: CursorName): void {
    if (this.#names[0] !== name) this.#names = [name, this.#names[0]]
  }
}
