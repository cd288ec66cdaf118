/** A piece of a body: text, or text that is in UTF-8 already. */
export type Piece = string | Uint8Array

/** Texts that are encoded with one call: fewer calls, and no string so long that joining it costs. */
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
  let buffer = first
  let length = 0
  let group = ''
  let count = 0
  const makeRoom = (bytes: number) => {
    if (length + bytes <= buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(length + bytes, buffer.length * 2))
    buffer.copy(larger, 0, 0, length)
    buffer = larger
  }
  const flush = () => {
    makeRoom(group.length * 3) // A UTF-16 unit takes at most three bytes.
    length += buffer.write(group, length)
    group = ''
    count = 0
  }
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      group += piece
      if (++count === GROUP_TEXTS) flush()
      continue
    }
    if (count > 0) flush()
    makeRoom(piece.length)
    buffer.set(piece, length)
    length += piece.length
  }
  if (count > 0) flush()
  return { buffer, length }
}
