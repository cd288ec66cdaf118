const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** What the chance is for: two purposes with the same seed and index share nothing. */
export const PURPOSE = { cast: 1, event: 2, schedule: 3, request: 4, slice: 5, element: 6 } as const

/**
 * Chance that can be had again: the same three numbers always give the same sequence, on every machine.
 * The generator is sfc32 (PractRand, Chris Doty-Humphrey): 128 bits of state, so that the sequences of a
 * million events share nothing.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, purpose: number, index: number) {
    this.#a = seed | 0
    this.#b = index | 0
    this.#c = (purpose + Math.imul(Math.floor(seed / 2 ** 32), 64)) | 0
    for (let round = 0; round < 12; round++) this.uint32()
  }

  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }

  /** From 0 to 1, 1 excluded. */
  next(): number {
    return this.uint32() / 2 ** 32
  }

  /** From `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /** True in `share` of the cases; always for 1, never for 0. */
  chance(share: number): boolean {
    return this.next() < share
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)] as T
  }

  base62(length: number): string {
    let text = ''
    for (let place = 0; place < length; place++) text += BASE62[this.uint32() % 62]
    return text
  }

  hex(length: number): string {
    let text = ''
    for (let place = 0; place < length; place++) text += (this.uint32() & 15).toString(16)
    return text
  }
}

/** FNV-1a: makes a number of a text, to take a chance by. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  return hash >>> 0
}
