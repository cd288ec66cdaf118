import type { MappedEvent } from '../../core/mapper.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { type Compression, createCompressor } from '../../toolkit/body/compress.ts'
import { linesOf } from '../../toolkit/body/line.ts'
import type { S3Config } from './config.ts'
import { columnsOf } from './parquet/columns.ts'
import { encodeParquet } from './parquet/encode.ts'
import { toRow } from './parquet/row.ts'

interface Encoded {
  readonly body: Buffer
  /** What the object's name ends with. */
  readonly extension: string
  readonly contentType: string
  readonly contentEncoding: string | undefined
}

/** How objects are written. */
export interface Encoding {
  /** Folder of an object, with placeholders. */
  readonly path: string
  /** Of the events of one folder. */
  encode(events: readonly MappedEvent[]): Promise<Encoded>
}

export function createEncoding(config: S3Config): Encoding {
  return config.encoding === 'parquet' ? parquet(config) : lines(config)
}

const PATH = 'source={source}/day=%Y-%m-%d'
const EXTENSIONS: Readonly<Record<Compression, string>> = { gzip: '.ndjson.gz', zstd: '.ndjson.zst', none: '.ndjson' }

/** One JSON text a line, compressed. */
function lines({ path = PATH, compression, compression_level }: S3Config): Encoding {
  const buffers = new BodyBuffers()
  const compress = createCompressor({ compression, compression_level })
  return {
    path,
    async encode(events) {
      const { body, headers } = await buffers.encode(linesOf(events), compress)
      return {
        body,
        extension: EXTENSIONS[compression],
        contentType: 'application/x-ndjson',
        contentEncoding: headers['content-encoding'],
      }
    },
  }
}

/** "Collecting data from custom sources in Security Lake" (docs.aws.amazon.com): one class an object, sorted by time. */
function parquet({ region, security_lake: lake }: S3Config): Encoding {
  const path = `ext/${lake?.source_name}/region=${lake?.region ?? region}/accountId=${lake?.account_id}/eventDay=%Y%m%d`
  return {
    path,
    async encode(events) {
      const columns = columnsFor(events[0]!.document)
      const sorted = events.toSorted((a, b) => a.event.timeMs - b.event.timeMs)
      const rows = sorted.map(({ document }) => toRow(document, columns)) // Each document is asked for once: it may be parsed for it.
      return {
        body: encodeParquet(rows, columns, lake?.compression ?? 'zstd'),
        extension: '.parquet',
        contentType: 'application/vnd.apache.parquet',
        contentEncoding: undefined,
      }
    },
  }
}

const columnsFor = (document: MappedEvent['document']) => columnsOf(versionOf(document), document.class_uid)

function versionOf({ metadata }: MappedEvent['document']): unknown {
  return typeof metadata === 'object' && metadata !== null && 'version' in metadata ? metadata.version : undefined
}
