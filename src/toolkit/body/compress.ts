import { z } from 'zod'
import { gzipStreams, zstdStreams } from './zlib_streams.ts'

export type Compression = 'gzip' | 'zstd' | 'none'

/** A fifth more bytes than at the usual level, in half the time. */
const LEVEL_DEFAULT = 1

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

/** A copy: the socket may still send when an early answer frees the buffer. */
export const asItIs = async (body: Buffer): Promise<Compressed> => ({ body: Buffer.from(body), headers: {} })

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
      return asItIs
    case 'gzip':
    case 'zstd': {
      const streams = settings.compression === 'gzip' ? gzipStreams(level) : zstdStreams(level)
      const headers = { 'content-encoding': settings.compression }
      return async body => ({ body: await streams.process(body), headers })
    }
  }
}
