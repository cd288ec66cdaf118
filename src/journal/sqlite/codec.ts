import { isAscii } from 'node:buffer'
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { LogEvent } from '../../core/event.ts'

/** Bounds of one row, and so of what one read holds in memory. */
export const ROW_CHARS_MAX = 4 * 2 ** 20
export const ROW_EVENTS_MAX = 10_000
/** Below it, compressing costs more than the pages it saves. */
const ZSTD_BYTES_MIN = 4096
/** The buffer kept for the next row; a longer text gets one of its own. */
const SCRATCH_BYTES_MAX = 3 * ROW_CHARS_MAX
/** The range of a JavaScript Date, so that every time fits an INTEGER column. */
const TIME_MS_MAX = 8.64e15

/** How `text` is stored. A number once given keeps its meaning. */
const PLAIN = 0
const ZSTD = 1
/** The most that zstd gives out at once. */
const CHUNK_BYTES_MAX = 128 * 2 ** 10

/** A row as it is stored, but for what depends on its place. */
export interface EncodedRow {
  readonly events: readonly LogEvent[]
  readonly bytes: number
  readonly lengths: readonly number[]
  readonly minTimeMs: number
  readonly maxTimeMs: number
  readonly receivedMs: number
  readonly directory: string
  readonly directoryCrc: number
  readonly encoding: number
  readonly text: Uint8Array
  readonly textCrc: number
}

/** What each event of a row is, besides its text. */
export interface Directory {
  readonly ids: readonly string[]
  readonly times: readonly number[]
  readonly lengths: readonly number[]
  readonly received: readonly number[]
}

interface StoredDirectory {
  readonly ids: readonly string[]
  readonly base: number
  readonly times: readonly number[]
  readonly bytes: readonly number[]
  readonly received: number
  /** Ms before `received`; absent when all were received at once. */
  readonly age?: readonly number[]
}

/** Events, in order, as one row each for as many as a row holds. */
export class RowEncoder {
  #scratch = Buffer.alloc(0)

  encode(events: readonly LogEvent[]): readonly EncodedRow[] {
    const rows: EncodedRow[] = []
    for (let start = 0; start < events.length; ) {
      let chars = 0
      let end = start
      while (end < events.length && end - start < ROW_EVENTS_MAX) {
        chars += events[end]!.text.length
        if (chars > ROW_CHARS_MAX && end > start) break
        end++
      }
      rows.push(this.#row(events.slice(start, end)))
      start = end
    }
    return rows
  }

  #row(events: readonly LogEvent[]): EncodedRow {
    const { joined, lengths } = this.#join(events)
    const ids: string[] = []
    const times: number[] = []
    const received: number[] = []
    for (const event of events) {
      ids.push(event.id)
      times.push(storableMs(event.timeMs))
      received.push(storableMs(event.receivedMs))
    }
    const base = least(times)
    const receivedMs = greatest(received)
    const stored: StoredDirectory = {
      ids,
      base,
      times: lessBase(times, base),
      bytes: lengths,
      received: receivedMs,
      ...(least(received) !== receivedMs && { age: received.map(ms => receivedMs - ms) }),
    }
    const directory = JSON.stringify(stored)
    const encoding = joined.length >= ZSTD_BYTES_MIN ? ZSTD : PLAIN
    const text = encoding === ZSTD ? compress(joined) : Buffer.from(joined) // A copy: the scratch is used again.
    return {
      events,
      bytes: joined.length,
      lengths,
      minTimeMs: base,
      maxTimeMs: greatest(times),
      receivedMs,
      directory,
      directoryCrc: crc32(directory),
      encoding,
      text,
      textCrc: crc32(text),
    }
  }

  /** The texts in UTF-8, one after another, in a buffer that the next call overwrites. */
  #join(events: readonly LogEvent[]): { joined: Buffer; lengths: number[] } {
    let chars = 0
    for (const { text } of events) chars += text.length
    const buffer = this.#room(chars * 3)
    const lengths: number[] = []
    let end = 0
    for (const { text } of events) {
      const written = buffer.write(text, end)
      lengths.push(written)
      end += written
    }
    return { joined: buffer.subarray(0, end), lengths }
  }

  #room(bytes: number): Buffer {
    if (bytes > SCRATCH_BYTES_MAX) return Buffer.allocUnsafe(bytes)
    if (bytes > this.#scratch.length) this.#scratch = Buffer.allocUnsafe(Math.min(SCRATCH_BYTES_MAX, bytes * 2))
    return this.#scratch
  }
}

/** Undefined when it is not what was stored. */
export function decodeDirectory(directory: string, crc: number): Directory | undefined {
  if (crc32(directory) !== crc) return undefined
  const { ids, base, times, bytes, received, age } = JSON.parse(directory) as StoredDirectory
  return {
    ids,
    times: times.map(time => base + time),
    lengths: bytes,
    received: age === undefined ? ids.map(() => received) : age.map(ms => received - ms),
  }
}

/** The texts of a row; undefined when they are not what was stored. */
export function decodeTexts(stored: Uint8Array, crc: number, encoding: number, lengths: readonly number[]): readonly string[] | undefined {
  if (crc32(stored) !== crc || (encoding !== PLAIN && encoding !== ZSTD)) return undefined
  const bytes = encoding === ZSTD ? decompress(stored, sum(lengths)) : stored
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isAscii(buffer)) return pieces(lengths, (start, end) => buffer.toString('utf8', start, end))
  const all = buffer.toString('latin1') // One character per byte: decoded at once, then only sliced.
  return pieces(lengths, (start, end) => all.slice(start, end))
}

/** Told the size beforehand, and given room for its output, zstd takes 40 % less CPU. */
function compress(bytes: Buffer): Uint8Array {
  const chunkSize = Math.min(CHUNK_BYTES_MAX, Math.max(1024, bytes.length))
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 }, pledgedSrcSize: bytes.length, chunkSize })
}

function decompress(stored: Uint8Array, bytes: number): Uint8Array {
  return zstdDecompressSync(stored, { chunkSize: Math.max(1024, bytes) })
}

function pieces(lengths: readonly number[], cut: (start: number, end: number) => string): readonly string[] {
  let start = 0
  return lengths.map(length => {
    const piece = cut(start, start + length)
    start += length
    return piece
  })
}

export function decodeEvents(
  directory: Directory,
  texts: readonly string[],
  key: { readonly source: string; readonly stream: string },
): readonly LogEvent[] {
  return texts.map(
    (text, index) =>
      new LogEvent({
        source: key.source,
        stream: key.stream,
        id: directory.ids[index]!,
        timeMs: directory.times[index]!,
        receivedMs: directory.received[index]!,
        text,
      }),
  )
}

/** The nearest time that can be stored: a record may claim any. */
function storableMs(ms: number): number {
  if (Number.isNaN(ms)) return 0
  return Math.round(Math.min(TIME_MS_MAX, Math.max(-TIME_MS_MAX, ms)))
}

function lessBase(values: readonly number[], base: number): number[] {
  const less: number[] = []
  for (const value of values) less.push(value - base)
  return less
}

const plus = (a: number, b: number) => a + b
const lesser = (a: number, b: number) => Math.min(a, b)
const greater = (a: number, b: number) => Math.max(a, b)
const sum = (values: readonly number[]) => values.reduce(plus, 0)
const least = (values: readonly number[]) => values.reduce(lesser)
const greatest = (values: readonly number[]) => values.reduce(greater)
