import { createHash } from 'node:crypto'
import type { MappedEvent } from '../../core/mapper.ts'

/** The events of one object, in the order of the journal. */
export interface Partition {
  /** Folder of the object, without the prefix. */
  readonly folder: string
  readonly events: readonly MappedEvent[]
}

const PIECE = /\{[^}]*\}?|%./g
const HASH_CHARS = 16

const PLACEHOLDERS: Readonly<Record<string, (event: MappedEvent) => string>> = {
  '{source}': ({ event }) => event.source,
  '{stream}': ({ event }) => event.stream,
  '{class_uid}': ({ document }) => (typeof document.class_uid === 'number' ? String(document.class_uid) : 'none'),
  '%Y': ({ event }) => isoOf(event.timeMs).slice(0, -20),
  '%m': ({ event }) => isoOf(event.timeMs).slice(-19, -17),
  '%d': ({ event }) => isoOf(event.timeMs).slice(-16, -14),
  '%H': ({ event }) => isoOf(event.timeMs).slice(-13, -11),
}

/** What is wrong with a path, in the operator's words. */
export function pathFault(path: string): string | undefined {
  if (path.startsWith('/') || path.endsWith('/')) return 'expected a path without "/" at its start and end'
  const unknown = (path.match(PIECE) ?? []).find(piece => !Object.hasOwn(PLACEHOLDERS, piece))
  return unknown && `${unknown} is no placeholder; there are {source}, {stream}, {class_uid}, %Y, %m, %d and %H`
}

/** Sorts events into folders; within each they keep their order. */
export function partition(events: readonly MappedEvent[], path: string): readonly Partition[] {
  const folderOf = (event: MappedEvent) => path.replace(PIECE, piece => legal(PLACEHOLDERS[piece]!(event)))
  return [...Map.groupBy(events, folderOf)].map(([folder, members]) => ({ folder, events: members }))
}

/**
 * The name of an object that begins with this event. It is made of nothing but the event, so that a batch that is written
 * again, at once or by a replay, takes the place of what was there: of the same events, or of fewer.
 * The time of receipt is part of it: should a source ever list an event twice, the two begin different objects.
 */
export function objectName({ event }: MappedEvent): string {
  const identity = JSON.stringify([event.source, event.stream, event.id, event.receivedMs])
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, HASH_CHARS)
  return `${isoOf(event.receivedMs).replace(/[-:]/g, '')}-${hash}`
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}

/** Of a value that is not ours to choose, one part of a path that needs no escaping in any store. */
function legal(value: string): string {
  const text = value.replace(/[^A-Za-z0-9._-]/g, '_')
  return /^\.*$/.test(text) ? `_${text}` : text
}
