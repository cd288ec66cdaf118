import type { MappedEvent } from '../../core/mapper.ts'

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

/** Makes the text of one HEC event. The mapped event's JSON goes in as it is: it is not written a second time. */
export function createEncoder(options: EnvelopeOptions): (mapped: MappedEvent) => string {
  const { host, source, sourcetype, index, fields } = options
  const tails = new Map<string, string>()
  const tailOf = (id: string) => {
    const envelope = { host, source: source ?? `tailrace:${id}`, sourcetype, ...(index !== undefined && { index }) }
    const { event_id: _, ...others } = fields
    const more = JSON.stringify(others).slice(1, -1)
    return `,${JSON.stringify(envelope).slice(1, -1)},"fields":{${more === '' ? '' : `${more},`}"event_id":`
  }
  return ({ event, json }) => {
    let tail = tails.get(event.source)
    if (tail === undefined) {
      tail = tailOf(event.source)
      tails.set(event.source, tail)
    }
    return `{"time":${(event.timeMs / 1000).toFixed(3)}${tail}${JSON.stringify(event.id)}},"event":${json}}`
  }
}
