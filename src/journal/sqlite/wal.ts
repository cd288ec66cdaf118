import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import { damaged } from './faults.ts'

const HEADER_BYTES = 100
const MAGIC = 'SQLite format 3\0'
const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24

/**
 * Refuses a database file that was cut short, before SQLite fills the missing pages with zeros.
 *
 * A file may be shorter than its header says only when the process died while it copied the write-ahead log
 * into it; then every missing page is in that log. Formats: sqlite.org, "Database File Format", 1.3 and 4.1.
 * The file must not be open in this process: closing it here would drop the locks of SQLite.
 */
export function refuseShortFile(path: string): void {
  const walPath = `${path}-wal`
  const walBytes = existsSync(walPath) ? statSync(walPath).size : 0
  const fileBytes = statSync(path).size
  if (fileBytes === 0 && walBytes === 0) return
  if (fileBytes < HEADER_BYTES) throw damaged(path, `it has ${fileBytes} bytes, but ${walPath} has ${walBytes}`)
  const header = readBytes(path, 0, HEADER_BYTES)
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw damaged(path, 'it does not begin as a SQLite database')
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  if (pageBytes < 512) throw damaged(path, `its header gives a page size of ${pageBytes} bytes`)
  const wholePages = Math.floor(fileBytes / pageBytes)
  const headerPages = header.readUInt32BE(28)
  if (wholePages >= headerPages) return
  const log = committedPages(walPath, walBytes, pageBytes)
  for (let page = wholePages + 1; page <= (log.databasePages ?? headerPages); page++) {
    if (!log.pages.has(page))
      throw damaged(path, `it was cut short: it has ${fileBytes} bytes and ought to have ${headerPages * pageBytes}`)
  }
}

/** The pages in the log up to its last commit, and how many the database has by it. */
function committedPages(path: string, bytes: number, pageBytes: number): { pages: ReadonlySet<number>; databasePages: number | undefined } {
  const committed = new Set<number>()
  let databasePages: number | undefined
  if (bytes < WAL_HEADER_BYTES) return { pages: committed, databasePages }
  const salts = readBytes(path, 16, 8)
  let open: number[] = []
  for (let at = WAL_HEADER_BYTES; at + FRAME_HEADER_BYTES + pageBytes <= bytes; at += FRAME_HEADER_BYTES + pageBytes) {
    const frame = readBytes(path, at, FRAME_HEADER_BYTES)
    if (frame.compare(salts, 0, 8, 8, 16) !== 0) break // Left over from an earlier use of the log.
    open.push(frame.readUInt32BE(0))
    const pagesAfterCommit = frame.readUInt32BE(4)
    if (pagesAfterCommit === 0) continue
    for (const page of open) committed.add(page)
    open = []
    databasePages = pagesAfterCommit
  }
  return { pages: committed, databasePages }
}

function readBytes(path: string, position: number, length: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(file, buffer, { length, position }))
  } finally {
    closeSync(file)
  }
}
