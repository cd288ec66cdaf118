import type { LogEvent } from '../core/event.ts'

/** Consecutive events of one append. */
export interface Segment {
  /** Events appended before it. */
  readonly first: number
  readonly count: number
  readonly source: string
  /** The events, parsed or read when first asked for; fewer than `count` when their text has gone since. */
  events(): readonly LogEvent[]
}

/** Where a segment lies, in events and in bytes. */
export interface Extent extends Pick<Segment, 'first' | 'count'> {
  /** Bytes of the texts of all events before it. */
  readonly bytesBefore: number
  readonly bytes: number
  /** Bytes of each text. */
  readonly lengths: readonly number[]
}

/** A segment that is held in memory. */
export interface HeldSegment extends Segment, Extent {
  readonly stream: string
  /** The latest time of receipt up to the end of this segment, in ms since 1970: never falls along the journal. */
  readonly receivedMs: number
}

/** Segments in order, without a gap between them; the oldest leave first. */
export class Shelf<S extends Extent> {
  readonly #segments: S[] = []
  #bytes = 0

  /** Bytes of the texts held. */
  get bytes(): number {
    return this.#bytes
  }

  get length(): number {
    return this.#segments.length
  }

  get oldest(): S | undefined {
    return this.#segments[0]
  }

  get all(): readonly S[] {
    return this.#segments
  }

  push(segment: S): void {
    this.#segments.push(segment)
    this.#bytes += segment.bytes
  }

  dropOldest(): void {
    this.#bytes -= this.#segments.shift()?.bytes ?? 0
  }

  /** The segment that holds the event number `position`. */
  at(position: number): S | undefined {
    const segment = this.firstWhere(({ first, count }) => first + count > position)
    return segment !== undefined && segment.first <= position ? segment : undefined
  }

  /** Bytes of the held texts from the event number `position` on; 0 when it is beyond them. */
  bytesFrom(position: number): number {
    const segment = this.at(position)
    return segment === undefined ? 0 : this.#bytes - (bytesBefore(segment, position) - this.#segments[0]!.bytesBefore)
  }

  /** The first segment for which `reached` holds, where it holds for all after it too. */
  firstWhere(reached: (segment: S) => boolean): S | undefined {
    let low = 0
    let high = this.#segments.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (reached(this.#segments[middle]!)) high = middle
      else low = middle + 1
    }
    return this.#segments[low]
  }
}

/** Bytes of all texts before the event number `position`, which `segment` holds or ends with. */
export function bytesBefore(segment: Pick<Extent, 'first' | 'bytesBefore' | 'lengths'>, position: number): number {
  let bytes = segment.bytesBefore
  for (let index = 0; index < position - segment.first; index++) bytes += segment.lengths[index] ?? 0
  return bytes
}
