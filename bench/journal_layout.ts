import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type Sample, sample } from './audit_events.ts'

/**
 * What a layout of the journal costs: CPU (user and system, the whole process) per event for appending and for
 * reading back, the slowest append, and the disk. `node bench/journal_layout.ts [events]`; see
 * docs/decisions/0001-journal-layout.md.
 */
const EVENTS = Number(process.argv[2] ?? 100_000)
const CHECKPOINT_BYTES = 4 * 2 ** 20

interface Layout {
  readonly name: string
  readonly pageBytes: number
  readonly tables: string
  writer(db: DatabaseSync): (batch: readonly Sample[]) => void
  /** How many texts were read. */
  readAll(db: DatabaseSync): number
}

const scratch = Buffer.allocUnsafe(8 * 2 ** 20)
function joined(batch: readonly Sample[]): { bytes: Buffer; lengths: number[] } {
  let end = 0
  const lengths = batch.map(({ text }) => {
    const written = scratch.write(text, end)
    end += written
    return written
  })
  return { bytes: scratch.subarray(0, end), lengths }
}

function split(bytes: Buffer, lengths: readonly number[]): number {
  const text = bytes.toString('latin1')
  let end = 0
  for (const length of lengths) {
    text.slice(end, end + length)
    end += length
  }
  return lengths.length
}

const rowPerEvent: Layout = {
  name: 'one row per event, id TEXT UNIQUE',
  pageBytes: 4096,
  tables: 'CREATE TABLE events (n INTEGER PRIMARY KEY, id TEXT UNIQUE, time INTEGER, text TEXT)',
  writer(db) {
    const insert = db.prepare('INSERT INTO events (id, time, text) VALUES (?, ?, ?)')
    return batch => {
      for (const { id, timeMs, text } of batch) insert.run(id, timeMs, text)
    }
  },
  readAll: db => pages(db, 'SELECT n AS last, text FROM events WHERE n > ? ORDER BY n LIMIT 1000').length,
}

const idTable: Layout = {
  name: 'one row per append, ids in an indexed table',
  pageBytes: 4096,
  tables: `CREATE TABLE batches (n INTEGER PRIMARY KEY, lengths TEXT, text BLOB);
    CREATE TABLE ids (id TEXT PRIMARY KEY, batch INTEGER, time INTEGER) WITHOUT ROWID`,
  writer(db) {
    const insert = db.prepare('INSERT INTO batches (lengths, text) VALUES (?, ?)')
    const insertId = db.prepare('INSERT INTO ids VALUES (?, ?, ?)')
    return batch => {
      const { bytes, lengths } = joined(batch)
      const { lastInsertRowid } = insert.run(JSON.stringify(lengths), bytes)
      for (const { id, timeMs } of batch) insertId.run(id, lastInsertRowid, timeMs)
    }
  },
  readAll: db => texts(db, bytes => bytes),
}

function rowPerAppend(pageBytes: number, codec: 'plain' | 'zstd 1', timeIndex = true): Layout {
  const zstd = codec === 'zstd 1'
  const params = { [constants.ZSTD_c_compressionLevel]: 1 }
  return {
    name: `one row per append, ids a column, ${codec}${timeIndex ? '' : ', no index by time'}`,
    pageBytes,
    tables: `CREATE TABLE batches (n INTEGER PRIMARY KEY, first_ms INTEGER, last_ms INTEGER, ids TEXT, times TEXT, lengths TEXT, text BLOB);
      ${timeIndex ? 'CREATE INDEX by_time ON batches (last_ms, first_ms)' : ''}`,
    writer(db) {
      const insert = db.prepare('INSERT INTO batches (first_ms, last_ms, ids, times, lengths, text) VALUES (?, ?, ?, ?, ?, ?)')
      return batch => {
        const { bytes, lengths } = joined(batch)
        const firstMs = batch[0]!.timeMs
        const times = batch.map(({ timeMs }) => timeMs - firstMs)
        const ids = JSON.stringify(batch.map(({ id }) => id))
        const text = zstd ? zstdCompressSync(bytes, { params }) : bytes
        insert.run(firstMs, batch.at(-1)!.timeMs, ids, JSON.stringify(times), JSON.stringify(lengths), text)
      }
    },
    readAll: db => texts(db, bytes => (zstd ? zstdDecompressSync(bytes) : bytes)),
  }
}

function pages(db: DatabaseSync, sql: string): unknown[] {
  const select = db.prepare(sql)
  const all: unknown[] = []
  for (let rows = select.all(0); rows.length > 0; rows = select.all(rows.at(-1)!.last as number)) all.push(...rows)
  return all
}

function texts(db: DatabaseSync, decode: (bytes: Uint8Array) => Uint8Array): number {
  const select = db.prepare('SELECT n, lengths, text FROM batches WHERE n > ? ORDER BY n LIMIT 1')
  let count = 0
  for (let row = select.get(0); row !== undefined; row = select.get(row.n as number)) {
    const bytes = decode(row.text as Uint8Array)
    count += split(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), JSON.parse(row.lengths as string) as number[])
  }
  return count
}

const cpuUs = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

function measure(layout: Layout, batches: readonly (readonly Sample[])[]) {
  const folder = mkdtempSync(join(process.env.BENCH_DIR ?? tmpdir(), 'journal-layout-'))
  try {
    const path = join(folder, 'journal.db')
    const db = new DatabaseSync(path)
    db.exec(`PRAGMA page_size = ${layout.pageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`)
    db.exec(`PRAGMA wal_autocheckpoint = 0; ${layout.tables}; CREATE TABLE streams (id INTEGER PRIMARY KEY, position TEXT)`)
    const write = layout.writer(db)
    const save = db.prepare('INSERT OR REPLACE INTO streams VALUES (1, ?)')
    const startUs = cpuUs()
    let slowestMs = 0
    let checkpointMs = 0
    for (const [n, batch] of batches.entries()) {
      const beganMs = performance.now()
      db.exec('BEGIN IMMEDIATE')
      write(batch)
      save.run(String(n))
      db.exec('COMMIT')
      slowestMs = Math.max(slowestMs, performance.now() - beganMs)
      if (statSync(`${path}-wal`).size < CHECKPOINT_BYTES) continue
      const checkpointBeganMs = performance.now()
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      checkpointMs = Math.max(checkpointMs, performance.now() - checkpointBeganMs)
    }
    const appendUs = cpuUs() - startUs
    const readStartUs = cpuUs()
    const read = layout.readAll(db)
    const readUs = cpuUs() - readStartUs
    if (read !== EVENTS) throw new Error(`${layout.name}: ${read} of ${EVENTS} events read`)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    return { appendUs, readUs, slowestMs, checkpointMs, diskBytes: statSync(path).size }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const LAYOUTS = [
  rowPerEvent,
  idTable,
  ...[4096, 16384, 65536].map(pageBytes => rowPerAppend(pageBytes, 'plain')),
  ...[4096, 16384, 65536].map(pageBytes => rowPerAppend(pageBytes, 'zstd 1')),
  rowPerAppend(16384, 'zstd 1', false),
]
const samples = Array.from({ length: EVENTS }, (_, n) => sample(n))
const textBytes = samples.reduce((sum, { text }) => sum + text.length, 0)
console.log(`${EVENTS} events of ${Math.round(textBytes / EVENTS)} bytes, ${(textBytes / 1e6).toFixed(0)} MB; CPU in µs per event\n`)
console.log(
  '| layout | page | events an append | append | read | slowest commit ms | slowest checkpoint ms | disk MB |\n|---|---|---|---|---|---|---|---|',
)
for (const layout of LAYOUTS) {
  for (const size of [1000, 100, 10]) {
    const batches = Array.from({ length: EVENTS / size }, (_, n) => samples.slice(n * size, (n + 1) * size))
    const { appendUs, readUs, slowestMs, checkpointMs, diskBytes } = measure(layout, batches)
    const cells = [appendUs / EVENTS, readUs / EVENTS].map(us => us.toFixed(2)).concat([slowestMs, checkpointMs].map(ms => ms.toFixed(0)))
    console.log(`| ${[layout.name, layout.pageBytes, size, ...cells, (diskBytes / 1e6).toFixed(0)].join(' | ')} |`)
  }
}
