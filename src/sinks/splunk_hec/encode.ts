import type { LogEvent } from '../../core/event.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import type { Piece } from '../../toolkit/body/body_buffers.ts'

/*
  HEC event, one JSON object after another, no separator needed ("Format events for HTTP Event Collector",
  help.splunk.com):
    { "time": <epoch seconds, 3 decimals>, "host": …, "source": …, "sourcetype": …, "index": …,
      "fields": { <name>: <text> … }, "event": <any JSON> }
*/

export interface EnvelopeOptions {
  readonly host: string
  readonly source?: string | undefined
  readonly sourcetype: string
  readonly index?: string | undefined
  readonly fields: Readonly<Record<string, string>>
}

/** Makes the text of HEC events, one after another. The mapped events' JSON goes in as it is: it is not written a second time. */
export function createEncoder(options: EnvelopeOptions): (events: Iterable<MappedEvent>) => Iterable<Piece> {
  const { host, source, sourcetype, index, fields } = options
  const tails = new Map<string, string>()
  const tailOf = (id: string) => {
    const envelope = { host, source: source ?? `tailrace:${id}`, sourcetype, ...(index !== undefined && { index }) }
    const { event_id: _, ...others } = fields
    const more = JSON.stringify(others).slice(1, -1)
    return `,${JSON.stringify(envelope).slice(1, -1)},"fields":{${more === '' ? '' : `${more},`}"event_id":`
  }
  const head = ({ source, id, timeMs }: LogEvent) => {
    let tail = tails.get(source)
    if (tail === undefined) {
      tail = tailOf(source)
      tails.set(source, tail)
    }
    return `{"time":${(timeMs / 1000).toFixed(3)}${tail}${JSON.stringify(id)}},"event":`
  }
  return function* encode(events) {
    for (const mapped of events) {
      yield head(mapped.event)
      yield mapped.utf8 ?? mapped.json
      yield '}'
    }
  }
}
