import type { Unreadable } from '../core/batch.ts'
import { RetryableError } from '../core/errors.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { scanBody } from './scanner.ts'

/** One element of a list answer that is an object. */
export interface Element {
  /** As it stood in the answer (invariant 3). */
  readonly text: string
  readonly body: JsonObject
  /** Undefined when the record has none; it then gets one made from its text. */
  readonly id: string | undefined
  /** Seconds since 1970; undefined when the record does not say. */
  readonly timeS: number | undefined
}

export interface Page {
  readonly elements: readonly Element[]
  readonly unreadable: readonly Unreadable[]
  readonly hasMore: boolean
  /** The cursor for the next page: the id of the last element; the answer's `last_id` where it has none. */
  readonly cursor: string | undefined
  /** Oldest and newest time, in seconds since 1970; undefined when no element has one. */
  readonly oldestS: number | undefined
  readonly newestS: number | undefined
  readonly order: PageOrder
}

/** How the times of a page follow on each other. */
type PageOrder = 'newest first' | 'oldest first' | 'one time' | 'mixed'

/** What tells the lists of two APIs apart. */
export interface ListShape {
  /** Prefix of the error codes. */
  readonly component: string
  /** The element's field with its time, in seconds since 1970. */
  readonly timeField: string
}

/** Reads a list answer. Throws `RetryableError` when it is none; its message is a clause that says why. */
export function parsePage(body: Buffer, { component, timeField }: ListShape): Page {
  const elements: Element[] = []
  const unreadable: Unreadable[] = []
  let last: JsonObject = {}
  let isList = false
  for (const { elements: scanned, envelope } of scanBody(body, component)) {
    last = envelope
    isList ||= scanned !== undefined
    for (const { text, value } of scanned ?? []) {
      if (isJsonObject(value)) elements.push(readElement(text, value, timeField))
      else unreadable.push({ text, reason: 'An element of the list is no JSON object.' })
    }
  }
  if (!isList) throw new RetryableError(`${component}.malformed`, 'it has no list in "data"')
  // A last_id that is not the last element's would leave out what lies between the two.
  const cursor = elements.at(-1)?.id ?? (typeof last.last_id === 'string' && last.last_id !== '' ? last.last_id : undefined)
  return { elements, unreadable, hasMore: last.has_more === true, cursor, ...timesOf(elements) }
}

function readElement(text: string, body: JsonObject, timeField: string): Element {
  const { id, [timeField]: at } = body
  const timeS = typeof at === 'string' && at.trim() !== '' ? Number(at) : at
  return {
    text,
    body,
    id: typeof id === 'string' && id !== '' ? id : undefined,
    timeS: typeof timeS === 'number' && Number.isFinite(timeS) ? timeS : undefined,
  }
}

function timesOf(elements: readonly Element[]): Pick<Page, 'oldestS' | 'newestS' | 'order'> {
  let oldestS: number | undefined
  let newestS: number | undefined
  let lastS: number | undefined
  let [hasFallen, hasRisen] = [false, false]
  for (const { timeS } of elements) {
    if (timeS === undefined) continue
    if (oldestS === undefined || timeS < oldestS) oldestS = timeS
    if (newestS === undefined || timeS > newestS) newestS = timeS
    if (lastS !== undefined) {
      hasFallen ||= timeS < lastS
      hasRisen ||= timeS > lastS
    }
    lastS = timeS
  }
  const order = hasFallen ? (hasRisen ? 'mixed' : 'newest first') : hasRisen ? 'oldest first' : 'one time'
  return { oldestS, newestS, order }
}
