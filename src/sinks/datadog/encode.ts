import type { JsonValue } from '../../core/json.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { isDateTaken } from './limits.ts'

/*
  One log of the JSON array ("Send logs", docs.datadoghq.com):
    { "ddsource": …, "service": …, "hostname": …, "ddtags": "a:b,c:d", "date": <ms>, "event_id": …, "message": …, … }

  An event in the format datadog has reserved and standard attributes: they stand at the top. Every other format
  stands under its own name beside a message, for Datadog would read its fields as reserved attributes: it takes the
  `status` "Failure" of OCSF for an emergency ("Log Status Remapper"). Its own OCSF attributes stand under `ocsf` too.
*/

export interface LogOptions {
  /** The events' format. */
  readonly format: string
  readonly ddsource: string
  readonly service: string
  readonly hostname?: string | undefined
  readonly ddtags: readonly string[]
}

/** The format whose documents are logs already. */
const NATIVE = 'datadog'

/** Makes the text of one log. The mapped event's JSON goes in as it is: it is not written a second time. */
export function createEncoder(options: LogOptions): (mapped: MappedEvent, nowMs: number) => string {
  const { format, ddsource, service, hostname, ddtags } = options
  const head = JSON.stringify({ ddsource, service, ...(hostname !== undefined && { hostname }) }).slice(0, -1)
  const tail = `,${JSON.stringify(format)}:`
  const tagsOf = (own: JsonValue | undefined) => {
    const tags = typeof own === 'string' && own !== '' ? [...ddtags, own] : ddtags
    return tags.length === 0 ? '' : `,"ddtags":${JSON.stringify(tags.join(','))}`
  }
  const commonTags = tagsOf(undefined)
  return (mapped, nowMs) => {
    const { timeMs, id } = mapped.event
    const date = isDateTaken(timeMs, nowMs) ? `,"date":${Math.round(timeMs)}` : ''
    const eventId = `,"event_id":${JSON.stringify(id)}`
    if (format === NATIVE) return `${head}${tagsOf(mapped.document.ddtags)}${date}${eventId}${attributesOf(mapped)}`
    return `${head}${commonTags}${date}${eventId},"message":${JSON.stringify(messageOf(mapped))}${tail}${mapped.json}}`
  }
}

/** The end of a log: the document without what the sink says itself. That comes first in it, so the rest need not be written anew. */
function attributesOf({ document, json }: MappedEvent): string {
  const { ddsource, service, ddtags, date, event_id: _, hostname: __, ...others } = document
  const first = `${JSON.stringify({ ddsource, service, ddtags, date }).slice(0, -1)},`
  const isFirst = json.startsWith(first) && document.event_id === undefined && document.hostname === undefined
  if (isFirst) return `,${json.slice(first.length)}`
  return Object.keys(others).length === 0 ? '}' : `,${JSON.stringify(others).slice(1)}`
}

/** The sentence of the format; for the record as it was received, its type and id. */
function messageOf({ event, document }: MappedEvent): string {
  for (const text of [document.message, document.body]) if (typeof text === 'string' && text !== '') return text
  return typeof document.type === 'string' ? `${document.type} ${event.id}` : event.id
}
