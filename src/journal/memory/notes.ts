import type { SealedWindow } from '../../core/batch.ts'
import type { DeadLetter, DeadLetterCount, DeadLetterFilter, LedgerRow, StreamKey } from '../journal.ts'

/** A journal that forgets with its process need not remember more than an operator would look at. */
const DEAD_LETTERS_MAX = 10_000
const WINDOWS_MAX = 100_000

/** What the memory journal keeps besides the events; the oldest go first. */
export class Notes {
  #letters: readonly DeadLetter[] = []
  #windows: readonly LedgerRow[] = []
  #nextLetter = 1

  addLetters(letters: readonly Omit<DeadLetter, 'id'>[]): void {
    const added = letters.map(letter => ({ ...letter, id: String(this.#nextLetter++) }))
    this.#letters = [...this.#letters, ...added].slice(-DEAD_LETTERS_MAX)
  }

  letters({ component, eventId, after = '0', limit }: DeadLetterFilter): readonly DeadLetter[] {
    const isWanted = (letter: DeadLetter) =>
      Number(letter.id) > Number(after) &&
      letter.component === (component ?? letter.component) &&
      letter.eventId === (eventId ?? letter.eventId)
    return this.#letters.filter(isWanted).slice(0, limit)
  }

  countLetters(): readonly DeadLetterCount[] {
    const byPlace = Map.groupBy(this.#letters, ({ component, stream }) => JSON.stringify([component, stream]))
    const counts = [...byPlace.values()].map(letters => ({
      component: letters[0]!.component,
      stream: letters[0]!.stream,
      letters: letters.length,
    }))
    return counts.sort((a, b) => (a.component === b.component ? order(a.stream, b.stream) : order(a.component, b.component)))
  }

  unreadable({ source, stream }: StreamKey): readonly string[] {
    const letters = this.letters({ component: source, eventId: '', limit: Number.POSITIVE_INFINITY })
    return letters.flatMap(letter => (letter.stream === stream ? [letter.text] : [])).toReversed()
  }

  dropLetters(ids: readonly string[]): number {
    const before = this.#letters.length
    const dropped = new Set(ids)
    this.#letters = this.#letters.filter(({ id }) => !dropped.has(id))
    return before - this.#letters.length
  }

  addWindows({ source, stream }: StreamKey, windows: readonly SealedWindow[]): void {
    this.#windows = [...this.#windows, ...windows.map(window => ({ ...window, source, stream }))].slice(-WINDOWS_MAX)
  }

  windows(key: StreamKey, { fromS, toS } = { fromS: Number.NEGATIVE_INFINITY, toS: Number.POSITIVE_INFINITY }): readonly LedgerRow[] {
    return this.#windows
      .filter(row => row.source === key.source && row.stream === key.stream && row.fromS < toS && row.toS > fromS)
      .sort((a, b) => a.fromS - b.fromS)
  }

  sealedTo(key: StreamKey): number | undefined {
    let endS: number | undefined
    for (const { fromS, toS } of this.windows(key)) {
      if (endS !== undefined && fromS > endS) return endS
      endS = Math.max(endS ?? toS, toS)
    }
    return endS
  }

  range(key: StreamKey): { readonly fromS: number; readonly toS: number } | undefined {
    const windows = this.windows(key)
    const [first] = windows
    return first && { fromS: first.fromS, toS: windows.reduce((end, { toS }) => Math.max(end, toS), first.toS) }
  }
}

const order = (a: string, b: string) => (a < b ? -1 : Number(a > b))
