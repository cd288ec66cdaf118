import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { z } from 'zod'
import { Gzips } from './gzip.ts'

const zstdAsync = promisify(zstdCompress)

export type Compression = 'gzip' | 'zstd' | 'none'

/** A fifth more bytes than at the usual level, in half the time. */
const LEVEL_DEFAULT = 1
const CHUNK_BYTES_MIN = 16 * 1024
const CHUNK_BYTES_MAX = 256 * 1024

/** The settings of a component that compresses what it sends: `z.strictObject({ …, ...compressionSettings(['gzip', 'none']) })`. The first is the default. */
export function compressionSettings<K extends Compression>(kinds: readonly [K, ...K[]]) {
  const preset: Compression = kinds[0]
  return {
    compression: z
      .enum(kinds)
      .default(preset as never)
      .describe('How a request body is compressed.'),
    compression_level: z
      .int()
      .min(1)
      .max(9)
      .default(LEVEL_DEFAULT)
      .describe('From 1, the fastest, to 9, the smallest: level 6 takes twice the time of level 1 and a fifth of the bytes off.'),
  }
}

/** A body as it travels, and the header that says so. */
export interface Compressed {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Compresses as the settings say, on another thread. A body has to stay as it is until then; bodies under way at once
 * do not wait for each other.
 */
export function createCompressor(settings: {
  readonly compression: Compression
  readonly compression_level: number
}): (body: Buffer) => Promise<Compressed> {
  const level = settings.compression_level
  switch (settings.compression) {
    case 'none':
      // A copy: the socket may still send when an early answer frees the buffer.
      return async body => ({ body: Buffer.from(body), headers: {} })
    case 'gzip': {
      const gzips = new Gzips(level)
      return async body => ({ body: await gzips.compress(body), headers: { 'content-encoding': 'gzip' } })
    }
    case 'zstd':
      return async body => ({ body: await zstd(body, level), headers: { 'content-encoding': 'zstd' } })
  }
}

function zstd(body: Buffer, level: number): Promise<Buffer> {
  // One output chunk near the size of the result: each further one is a round trip to the other thread.
  const chunkSize = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, body.length >> 2))
  return zstdAsync(body, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: level } })
}
