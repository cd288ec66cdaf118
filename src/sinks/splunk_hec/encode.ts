import type { LogEvent } from '../../core/event.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import type { Frame } from '../../core/sink.ts'
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

/** What stands around the JSON of an event, which goes in as it is: it is not written a second time. */
export function createFrame(options: EnvelopeOptions): Frame {
  const { host, source, sourcetype, index, fields } = options
  const middles = new Map<string, string>()
  const middleOf = (id: string) => {
    const envelope = { host, source: source ?? `tailrace:${id}`, sourcetype, ...(index !== undefined && { index }) }
    const { event_id: _, ...others } = fields
    const more = JSON.stringify(others).slice(1, -1)
    return `,${JSON.stringify(envelope).slice(1, -1)},"fields":{${more === '' ? '' : `${more},`}"event_id":`
  }
  const before = ({ source, id, timeMs }: LogEvent) => {
    let middle = middles.get(source)
    if (middle === undefined) {
      middle = middleOf(source)
      middles.set(source, middle)
    }
    return `{"time":${secondsOf(timeMs)}${middle}${JSON.stringify(id)}},"event":`
  }
  return { before, after: '}' }
}

/** HEC events, one after another. */
export function* bodyOf(events: Iterable<MappedEvent>, { before, after }: Frame): Generator<Piece> {
  for (const mapped of events) {
    if (mapped.framed === undefined) {
      yield before(mapped.event)
      yield mapped.utf8 ?? mapped.json
      yield after
    } else yield mapped.framed
  }
}

/** Most moments are whole seconds, which `toFixed` is slow to write. */
function secondsOf(timeMs: number): string {
  return timeMs % 1000 === 0 ? `${timeMs / 1000}.000` : (timeMs / 1000).toFixed(3)
}
