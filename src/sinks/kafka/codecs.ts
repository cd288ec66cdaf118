import { promisify } from 'node:util'
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import type { KafkaConfig } from './config.ts'

const { CompressionCodecs, CompressionTypes } = kafkajs

/** What kafkajs hands a codec: a growing buffer. */
interface Encoder {
  readonly buffer: Buffer
}

const [gzipped, gunzipped, zstdCompressed, zstdDecompressed] = [gzip, gunzip, zstdCompress, zstdDecompress].map(call =>
  promisify(call),
) as [typeof gzip.__promisify__, typeof gunzip.__promisify__, typeof zstdCompress.__promisify__, typeof zstdDecompress.__promisify__]

// kafkajs has one table of codecs a process: its gzip is replaced by one at the cheapest level, and zstd, which it lacks, is added.
CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: Encoder) => gzipped(buffer, { level: 1 }),
  decompress: (buffer: Buffer) => gunzipped(buffer),
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: Encoder) => zstdCompressed(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: (buffer: Buffer) => zstdDecompressed(buffer),
})

export const COMPRESSION: Readonly<Record<KafkaConfig['compression'], number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
}
