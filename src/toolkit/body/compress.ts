import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'
import { z } from 'zod'

const gzipAsync = promisify(gzip)
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

/** The body as it travels, and the header that says so. Works on another thread; `body` has to stay as it is until then. */
export async function compress(
  body: Buffer,
  kind: Compression,
  level = LEVEL_DEFAULT,
): Promise<{ body: Buffer; headers: Readonly<Record<string, string>> }> {
  // One output chunk near the size of the result: each further one is a round trip to the other thread.
  const chunkSize = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, body.length >> 2))
  switch (kind) {
    case 'none':
      return { body: Buffer.from(body), headers: {} } // A copy: the socket may still send when an early answer frees the buffer.
    case 'gzip':
      return { body: await gzipAsync(body, { level, chunkSize }), headers: { 'content-encoding': 'gzip' } }
    case 'zstd':
      return {
        body: await zstdAsync(body, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: level } }),
        headers: { 'content-encoding': 'zstd' },
      }
  }
}
