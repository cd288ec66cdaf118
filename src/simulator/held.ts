/** One event as the simulator holds it: where its text lies, and where it stands in the list. */
export interface Held {
  /** Undefined for a record of a file that has none; no cursor can name it. */
  readonly id: string | undefined
  readonly type: string
  readonly tenant: boolean
  readonly effectiveAtS: number
  /** Counts arrivals from 0: who arrives later is newer among those of one second. */
  readonly arrival: number
  readonly block: Buffer
  readonly start: number
  readonly end: number
}

const BLOCK_BYTES = 4 * 1024 * 1024

/** Holds texts as bytes outside the JavaScript heap, so that a page is copied together without encoding anything. */
export class TextBlocks {
  #block: Buffer = Buffer.alloc(0)
  #used = 0

  keep(text: string): Pick<Held, 'block' | 'start' | 'end'> {
    const bytes = Buffer.byteLength(text)
    if (this.#used + bytes > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, bytes))
      this.#used = 0
    }
    const start = this.#used
    this.#used += this.#block.write(text, start)
    return { block: this.#block, start, end: this.#used }
  }
}

export function textOf({ block, start, end }: Held): string {
  return block.toString('utf8', start, end)
}

/** Below 0 when `a` is the older: by time, then by arrival. */
export function olderFirst(a: Held, b: Held): number {
  return a.effectiveAtS - b.effectiveAtS || a.arrival - b.arrival
}
