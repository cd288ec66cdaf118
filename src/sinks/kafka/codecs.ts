import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { gzipStreams, zstdStreams } from '../../toolkit/body/zlib_streams.ts'
import type { KafkaConfig } from './config.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs

/** What kafkajs hands a codec: a growing buffer. */
interface Encoder {
  readonly buffer: Buffer
}

const LEVEL = 1
const [gzips, zstds] = [gzipStreams(LEVEL), zstdStreams(LEVEL)]
const [gunzipped, zstdDecompressed] = [promisify(gunzip), promisify(zstdDecompress)]

// kafkajs has one table of codecs a process: its gzip is replaced by one at the cheapest level, and zstd, which it lacks, is added.
CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: Encoder) => gzips.process(buffer),
  decompress: (buffer: Buffer) => gunzipped(buffer),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: Encoder) => zstds.process(buffer),
  decompress: (buffer: Buffer) => zstdDecompressed(buffer),
})

export const COMPRESSION: Readonly<Record<KafkaConfig['compression'], number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
}
