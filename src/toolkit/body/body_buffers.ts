import type { Slice } from '../../core/mapper.ts'

/** A piece of a body: text, or text that is in UTF-8 already. */
export type Piece = string | Uint8Array | Slice

/** How many texts are encoded with one call: more would make a string so long that joining it costs. */
const GROUP_TEXTS = 8
const FIRST_BYTES = 256 * 1024
const KEPT_BUFFERS_MAX = 8
/** A buffer that one large body made larger than this is not kept. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024

/** Encodes bodies into buffers that are used again: fresh megabytes for each body would cost more than the encoding. */
export class BodyBuffers {
  readonly #idle: Buffer[] = []

  /** Gives `use` the pieces in UTF-8, one after another. The bytes are `use`'s until it settles, and no longer. */
  async encode<T>(pieces: Iterable<Piece>, use: (body: Buffer) => Promise<T>): Promise<T> {
    const filled = fill(this.#idle.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES), pieces)
    try {
      return await use(filled.buffer.subarray(0, filled.length))
    } finally {
      if (this.#idle.length < KEPT_BUFFERS_MAX && filled.buffer.length <= KEPT_BYTES_MAX) this.#idle.push(filled.buffer)
    }
  }
}

function fill(first: Buffer, pieces: Iterable<Piece>): { buffer: Buffer; length: number } {
  const body = new Body(first)
  for (const piece of pieces) {
    if (typeof piece === 'string') body.addText(piece)
    else if (piece instanceof Uint8Array) body.addSlice(piece, 0, piece.length)
    else body.addSlice(piece.buffer, piece.start, piece.end)
  }
  body.flush()
  return body
}

class Body {
  buffer: Buffer
  length = 0
  /** Texts that are not written yet; none while a run waits. */
  #group = ''
  #texts = 0
  /** Bytes that are not copied yet: adjoining slices are copied with one call. */
  #run: { readonly buffer: Uint8Array; readonly start: number; end: number } | undefined

  constructor(first: Buffer) {
    this.buffer = first
  }

  addText(text: string): void {
    if (this.#run !== undefined) this.flush()
    this.#group += text
    if (++this.#texts === GROUP_TEXTS) this.flush()
  }

  addSlice(buffer: Uint8Array, start: number, end: number): void {
    if (this.#run?.buffer === buffer && this.#run.end === start) {
      this.#run.end = end
      return
    }
    this.flush()
    this.#run = { buffer, start, end }
  }

  flush(): void {
    if (this.#texts > 0) {
      this.#makeRoom(this.#group.length * 3) // A UTF-16 unit takes at most three bytes.
      this.length += this.buffer.write(this.#group, this.length)
      this.#group = ''
      this.#texts = 0
    }
    if (this.#run !== undefined) {
      const { buffer, start, end } = this.#run
      this.#makeRoom(end - start)
      this.buffer.set(buffer.subarray(start, end), this.length)
      this.length += end - start
      this.#run = undefined
    }
  }

  #makeRoom(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.length + bytes, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}
