import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'
import { z } from 'zod'

const gzipAsync = promisify(gzip)
const zstdAsync = promisify(zstdCompress)

export type Compression = 'gzip' | 'zstd' | 'none'

/** Level 1: a fifth more bytes than the default level, and half the time. */
const LEVEL = 1
const CHUNK_BYTES_MIN = 16 * 1024
const CHUNK_BYTES_MAX = 256 * 1024

export function compressionSetting(kinds: readonly [Compression, ...Compression[]] = ['gzip', 'none']) {
  return z.enum(kinds).default('gzip').describe('How a request body is compressed.')
}

/** The body as it travels, and the header that says so. Works on another thread. */
export async function compress(body: Buffer, kind: Compression): Promise<{ body: Buffer; headers: Readonly<Record<string, string>> }> {
  // One output chunk near the size of the result: each further one is a round trip to the other thread.
  const chunkSize = Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, body.length >> 2))
  switch (kind) {
    case 'none':
      return { body, headers: {} }
    case 'gzip':
      return { body: await gzipAsync(body, { level: LEVEL, chunkSize }), headers: { 'content-encoding': 'gzip' } }
    case 'zstd':
      return {
        body: await zstdAsync(body, { chunkSize, params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
        headers: { 'content-encoding': 'zstd' },
      }
  }
}
