import { intruderBefore } from './choice.ts'
import type { Held } from './held.ts'
import type { Listing } from './laying.ts'

/*
  A list answer:
    {"object":"list","data":[ <event>, … ],"first_id":"…","last_id":"…","has_more":true}
  first_id and last_id are null when data is empty.
*/

export interface Intruders {
  readonly seed: number
  readonly share: number
}

/** The answer's bytes; every event stands in `data` as it is held, or as `write` writes it. */
export function encodeListings(listings: readonly Listing[], intruders: Intruders, write?: (held: Held) => string): Buffer {
  const parts = listings.flatMap(listing => partsOf(listing, intruders, write))
  const body = Buffer.allocUnsafe(parts.reduce((bytes, part) => bytes + bytesOf(part), 0))
  let place = 0
  for (const part of parts) {
    if (typeof part === 'string') place += body.write(part, place)
    else place += part.block.copy(body, place, part.start, part.end)
  }
  return body
}

type Part = string | Held

const bytesOf = (part: Part) => (typeof part === 'string' ? Buffer.byteLength(part) : part.end - part.start)

function partsOf({ items, hasMore, withLastId }: Listing, { seed, share }: Intruders, write?: (held: Held) => string): Part[] {
  const parts: Part[] = ['{"object":"list","data":[']
  for (const held of items) {
    if (parts.length > 1) parts.push(',')
    const intruder = intruderBefore(held.id, seed, share)
    if (intruder !== undefined) parts.push(`${intruder},`)
    parts.push(write === undefined ? held : write(held))
  }
  const firstId = items.find(({ id }) => id !== undefined)?.id ?? null
  const lastId = items.findLast(({ id }) => id !== undefined)?.id ?? null
  parts.push(`],"first_id":${JSON.stringify(firstId)}${withLastId ? `,"last_id":${JSON.stringify(lastId)}` : ''},"has_more":${hasMore}}\n`)
  return parts
}
