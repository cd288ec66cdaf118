import type { Position } from '../core/batch.ts'
import { FatalError } from '../core/errors.ts'
import { isJsonObject } from '../core/json.ts'

/** A stretch of the past that is still to be listed, in seconds since 1970. */
export interface Segment {
  /** Everything before it has been listed, or is not asked for. */
  readonly nextS: number
  readonly endS: number
  /** Events before it are late: that stretch had been listed once. */
  readonly lateBeforeS: number
  /** Of a stretch that is listed newest first: the last element that was; what follows it is older than `endS`. */
  readonly cursor?: string | undefined
}

/** Where one stream left off, in seconds since 1970. */
export interface StreamPosition {
  /** Nothing before it is asked for. */
  readonly startS: number
  /** Everything before it has been listed, but for the segments. */
  readonly frontierS: number
  /** In order, none overlapping another, none reaching beyond the frontier. */
  readonly segments: readonly Segment[]
  /** Up to when, at the least, the whole overlap has been listed; undefined where nothing says it. */
  readonly sweptS?: number | undefined
}

/** Where a stream that has no position begins. */
export function firstPosition(startS: number, nowS: number): StreamPosition {
  return { startS, frontierS: nowS, segments: startS < nowS ? [{ nextS: startS, endS: nowS, lateBeforeS: startS }] : [] }
}

/** After a standstill: what lies from `fromS` to `nowS` is caught up like a backfill, and the live tail goes on at once. */
export function caughtUpLater(position: StreamPosition, fromS: number, nowS: number): StreamPosition {
  const { startS, frontierS, segments } = position
  const nextS = Math.max(startS, segments.at(-1)?.endS ?? startS, fromS)
  return { startS, frontierS: nowS, segments: [...segments, { nextS, endS: nowS, lateBeforeS: frontierS }] }
}

/** Lists once more what lies from `fromS` to the first segment: an event may have come there since. */
export function listedAgain(position: StreamPosition, fromS: number): StreamPosition {
  const [first] = position.segments
  const nextS = Math.max(position.startS, fromS)
  if (first === undefined || nextS >= first.nextS) return position
  return { ...position, segments: [{ nextS, endS: first.nextS, lateBeforeS: first.nextS }, ...position.segments] }
}

/** After the first `listedToS` of the first segment. */
export function segmentListed(position: StreamPosition, listedToS: number): StreamPosition {
  const [first, ...others] = position.segments
  if (first === undefined) return position
  return { ...position, segments: listedToS >= first.endS ? others : [{ ...first, nextS: listedToS }, ...others] }
}

/** After the part of the first segment from `endS` on; undefined: all of it. */
export function segmentListedDownTo(position: StreamPosition, endS: number | undefined, cursor: string | undefined): StreamPosition {
  const [first, ...others] = position.segments
  if (first === undefined) return position
  return { ...position, segments: endS === undefined ? others : [{ ...first, endS, cursor }, ...others] }
}

/**
 * The position that polls go by. A frontier never goes back (invariant 2), so one may be ahead of the API's clock, if the
 * `Date` of an answer once was: polls list what happens until then all the same.
 */
export function asPolled(position: StreamPosition, nowMs: number): StreamPosition {
  return { ...position, frontierS: Math.min(position.frontierS, Math.floor(nowMs / 1000)) }
}

/** How many seconds of the past are still to be listed. */
export function secondsToList({ segments }: StreamPosition): number {
  return segments.reduce((sum, { nextS, endS }) => sum + endS - nextS, 0)
}

/** The position as the journal keeps it, with the organization it was read from where the API says it. */
export function encodePosition(position: StreamPosition, organization?: string): Position {
  const segments = position.segments.map(({ nextS, endS, lateBeforeS, cursor }) =>
    cursor === undefined ? [nextS, endS, lateBeforeS] : [nextS, endS, lateBeforeS, cursor],
  )
  const { startS: start, frontierS: frontier, sweptS = frontier } = position
  return {
    start,
    frontier,
    segments,
    // At the frontier it says no more than the frontier does.
    ...(sweptS < frontier && { swept: sweptS }),
    ...(organization !== undefined && { organization }),
  }
}

/** Throws a `FatalError` for a position that is none of ours: going on from somewhere else would lose events. */
export function decodePosition(position: Position, component: string, name: string): StreamPosition {
  const read = readPosition(position)
  if (read !== undefined) return read
  throw new FatalError(
    `${component}.position`,
    `The saved position of ${name} is not one of this source: ${JSON.stringify(position).slice(0, 200)}. Set or reset it with "tailrace state".`,
    { exitCode: 78 },
  )
}

/** What `encodePosition` was given; undefined for what it never gives. */
export function readPosition(position: Position): StreamPosition | undefined {
  if (!isJsonObject(position)) return undefined
  const { start, frontier, segments, swept } = position
  if (!isSeconds(start) || !isSeconds(frontier) || !Array.isArray(segments)) return undefined
  const read = segments.map(readSegment)
  if (!read.every(segment => segment !== undefined)) return undefined
  const known = { startS: start, frontierS: frontier, segments: read }
  return isSeconds(swept) ? { ...known, sweptS: swept } : known
}

/** The organization that a position was read from; undefined where it does not say. */
export function organizationOf(position: Position): string | undefined {
  const organization = isJsonObject(position) ? position.organization : undefined
  return typeof organization === 'string' ? organization : undefined
}

function readSegment(value: unknown): Segment | undefined {
  if (!Array.isArray(value)) return undefined
  const [nextS, endS, lateBeforeS, cursor, ...more] = value as readonly unknown[]
  if (!isSeconds(nextS) || !isSeconds(endS) || !isSeconds(lateBeforeS) || more.length > 0) return undefined
  if (cursor === undefined) return { nextS, endS, lateBeforeS }
  return typeof cursor === 'string' ? { nextS, endS, lateBeforeS, cursor } : undefined
}

/** Whole ones: no window of the ledger ends within one. */
const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value)
