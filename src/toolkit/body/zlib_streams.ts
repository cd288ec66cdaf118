import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  type Gunzip,
  type Gzip,
  type ZlibReset,
  type ZstdCompress,
} from 'node:zlib'

/** Size of a stream's output buffers. Each one that is filled costs a round trip to the other thread. */
const CHUNK_BYTES = 256 * 1024
/** As many as a component usually has requests under way. A stream's state and buffer take half a megabyte. */
const IDLE_STREAMS_MAX = 4

type ZlibStream = Gzip | Gunzip | ZstdCompress

/** A body came to more bytes than its reader allows. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** One gzip member for each body. `level` is 1 to 9. */
export const gzipStreams = (level: number) =>
  new ZlibStreams(() => createGzip({ level, chunkSize: CHUNK_BYTES, flush: constants.Z_FINISH }))

/** One zstd frame for each body. `level` is 1 to 22. */
export const zstdStreams = (level: number) =>
  new ZlibStreams(() =>
    createZstdCompress({
      chunkSize: CHUNK_BYTES,
      flush: constants.ZSTD_e_end,
      params: { [constants.ZSTD_c_compressionLevel]: level },
    }),
  )

/** Unpacks the gzip members of a body. Zeros may follow the last. */
export const gunzipStreams = () => new ZlibStreams(() => createGunzip({ chunkSize: CHUNK_BYTES, flush: constants.Z_FINISH }))

/**
 * Packs or unpacks bodies on another thread, with streams that are used again. V8 keeps a stream that has ended, and what it
 * wrote last, until it collects its old generation: a new stream for each body would bring that on early.
 */
class ZlibStreams {
  readonly #create: () => ZlibStream
  readonly #idle: ReusedStream[] = []

  /** `create` makes a stream whose every write ends a body. */
  constructor(create: () => ZlibStream) {
    this.#create = create
  }

  /**
   * What `body` packs or unpacks to; it has to stay as it is until then. Rejects with zlib's error, and with
   * `TooLargeError` when that is more than `bytesMax`.
   */
  async process(body: Buffer, bytesMax = Number.POSITIVE_INFINITY): Promise<Buffer> {
    const stream = this.#idle.pop() ?? new ReusedStream(this.#create())
    const processed = await stream.process(body, bytesMax) // One that fails is not used again.
    if (stream.isReusable && this.#idle.length < IDLE_STREAMS_MAX) this.#idle.push(stream)
    else stream.destroy()
    return processed
  }
}

class ReusedStream {
  readonly #stream: ZlibStream & ZlibReset
  #pieces: Buffer[] | undefined
  #bytes = 0
  #bytesMax = 0
  #settle: PromiseWithResolvers<void> = Promise.withResolvers()

  constructor(stream: ZlibStream) {
    this.#stream = stream as ZlibStream & ZlibReset // Which the types leave out.
    stream.on('data', (piece: Buffer) => this.#take(piece))
    stream.on('error', error => this.#settle.reject(error))
    stream.on('end', () => this.#settle.resolve()) // Zeros after the last member end it, and then the write is not called back.
  }

  get isReusable(): boolean {
    return !this.#stream.destroyed && !this.#stream.readableEnded
  }

  destroy(): void {
    this.#stream.destroy()
  }

  async process(body: Buffer, bytesMax: number): Promise<Buffer> {
    const pieces: Buffer[] = [] // A new one each time: one that has grown old would keep what it holds until V8 collects the old.
    this.#pieces = pieces
    this.#bytes = 0
    this.#bytesMax = bytesMax
    this.#settle = Promise.withResolvers()
    this.#stream.write(body, error => (error ? this.#settle.reject(error) : this.#settle.resolve()))
    await this.#settle.promise
    while (this.#stream.read() !== null); // Output that has not come as `data` yet comes with this.
    this.#pieces = undefined
    if (this.#bytes > bytesMax) throw new TooLargeError(`More than ${bytesMax} bytes`)
    if (this.isReusable) this.#stream.reset()
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)
  }

  #take(piece: Buffer): void {
    this.#bytes += piece.length
    if (this.#bytes <= this.#bytesMax) return void this.#pieces?.push(piece)
    this.#stream.destroy()
    this.#settle.resolve()
  }
}
