import { hash } from 'node:crypto'
import type { MappedEvent } from '../../core/mapper.ts'
import type { Piece } from '../../toolkit/body/body_buffers.ts'
import { lineOf, ndjsonLine } from '../../toolkit/body/line.ts'
import type { IndexTemplate } from './index_name.ts'

/*
  Body of a bulk request, NDJSON, the last line too with its line break ("Bulk API", elastic.co and docs.opensearch.org):
    {"create":{"_index":<name>,"_id":<id>}}
    <the document>
  A data stream takes nothing but `create`. `_index` may be left out where the path of the request has it.
*/

/** The longest `_id`, in bytes of UTF-8. */
const ID_BYTES_MAX = 512

/** The `_id` of an event: its own id; what can be none, because it is too long or empty, by its hash. */
export function documentIdOf({ event: { id } }: MappedEvent): string {
  return id !== '' && Buffer.byteLength(id) <= ID_BYTES_MAX ? id : `sha256:${hash('sha256', id)}`
}

/** Makes the two lines of each event. The mapped event's JSON goes in as it is: it is not written a second time. */
export function createEncoder(template: IndexTemplate): (events: Iterable<MappedEvent>) => Iterable<Piece> {
  const action = (mapped: MappedEvent) => (template.only === undefined ? `"_index":${JSON.stringify(template.nameOf(mapped.event))},` : '')
  return function* encode(events) {
    for (const mapped of events) {
      yield `{"create":{${action(mapped)}"_id":${JSON.stringify(documentIdOf(mapped))}}}\n`
      yield documentOf(mapped)
      yield '\n'
    }
  }
}

/** What a document of ecs begins with. */
const STAMPED = '{"@timestamp":'
/** A text with neither has no such field: it need not be parsed to know. */
const MAY_BE_STAMPED = /@timestamp|\\u/

/** A data stream refuses what has no `@timestamp`; formats other than ecs have none, so it is put before their own fields. */
function documentOf(mapped: MappedEvent): Piece {
  const { event, utf8 } = mapped
  const start = utf8 === undefined ? mapped.json.slice(0, STAMPED.length) : String.fromCharCode(...utf8.subarray(0, STAMPED.length))
  if (start === STAMPED) return lineOf(mapped)
  const line = ndjsonLine(mapped.json)
  if (MAY_BE_STAMPED.test(line) && mapped.document['@timestamp'] !== undefined) return line
  const rest = line.slice(line.indexOf('{') + 1)
  return `{"@timestamp":"${new Date(event.timeMs).toISOString()}"${/^\s*\}/.test(rest) ? '' : ','}${rest}`
}
