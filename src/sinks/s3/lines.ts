import type { MappedEvent } from '../../core/mapper.ts'
import type { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { type Compression, compress } from '../../toolkit/body/compress.ts'
import { ndjsonLine } from '../../toolkit/body/line.ts'

const EXTENSIONS: Readonly<Record<Compression, string>> = { gzip: '.ndjson.gz', zstd: '.ndjson.zst', none: '.ndjson' }

/** One JSON text a line, compressed. */
export async function encodeLines(
  events: readonly MappedEvent[],
  { compression, compression_level }: { compression: Compression; compression_level: number },
  buffers: BodyBuffers,
) {
  const lines = events.values().map(({ json }) => `${ndjsonLine(json)}\n`)
  const { body, headers } = await buffers.encode(lines, plain => compress(plain, compression, compression_level))
  return { body, extension: EXTENSIONS[compression], contentType: 'application/x-ndjson', contentEncoding: headers['content-encoding'] }
}
