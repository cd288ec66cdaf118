import type { MappedEvent } from '../../core/mapper.ts'
import type { Piece } from './body_buffers.ts'

const [LINE_FEED, CARRIAGE_RETURN] = [10, 13]

/**
 * JSON text on one line. Outside of strings a line break is white space, and inside one it can only
 * stand escaped: so a space for each says the same.
 */
export function ndjsonLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]/g, ' ') : json
}

/** The mapped event on one line, as bytes where it is held so. */
export function lineOf(mapped: MappedEvent): Piece {
  const { utf8 } = mapped
  return utf8 === undefined || utf8.includes(LINE_FEED) || utf8.includes(CARRIAGE_RETURN) ? ndjsonLine(mapped.json) : utf8
}

/** One JSON text a line (NDJSON), the last one too with its line break. */
export function* linesOf(events: Iterable<MappedEvent>): Generator<Piece> {
  for (const mapped of events) {
    yield lineOf(mapped)
    yield '\n'
  }
}
