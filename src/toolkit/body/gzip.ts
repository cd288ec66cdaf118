import { constants, createGzip, type Gzip, type ZlibReset } from 'node:zlib'

/** Of what a stream writes before it takes a new buffer; a longer body is a round trip to the other thread for each. */
const CHUNK_BYTES = 256 * 1024
/** Kept for the next body: as many as a sink usually has requests under way. A stream's state and buffer are half a megabyte. */
const IDLE_STREAMS_MAX = 4

/**
 * Compresses bodies on another thread, each with a stream that is used again. V8 keeps a stream that has ended, with
 * what it wrote last, until it collects its old generation: with one for each body that is what such a collection is for.
 */
export class Gzips {
  readonly #level: number
  readonly #idle: GzipStream[] = []

  /** `level` is 1 to 9. */
  constructor(level: number) {
    this.#level = level
  }

  /** One gzip member. `body` has to stay as it is until then. */
  async compress(body: Buffer): Promise<Buffer> {
    const stream = this.#idle.pop() ?? new GzipStream(this.#level)
    const compressed = await stream.compress(body) // One that fails is not used again.
    if (this.#idle.length < IDLE_STREAMS_MAX) this.#idle.push(stream)
    return compressed
  }
}

class GzipStream {
  readonly #gzip: Gzip & ZlibReset
  #pieces: Buffer[] = []

  constructor(level: number) {
    // Each write ends a member of its own, and a reset begins the next.
    this.#gzip = createGzip({ level, chunkSize: CHUNK_BYTES, flush: constants.Z_FINISH }) as Gzip & ZlibReset
    this.#gzip.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#gzip.on('error', () => {}) // The write hears of it.
  }

  async compress(body: Buffer): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#gzip.write(body, error => (error ? reject(error) : resolve()))
    await promise
    while (this.#gzip.read() !== null); // What was written and has not come as `data` yet, comes with this.
    this.#gzip.reset()
    const pieces = this.#pieces
    this.#pieces = []
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }
}
