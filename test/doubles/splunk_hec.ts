import type { IncomingMessage, ServerResponse } from 'node:http'
import { scanJsonTexts } from './json_texts.ts'
import { type Behaviour, misbehave } from './misbehaviour.ts'
import { type Served, serve, textOf } from './requests.ts'

export interface HecEvent {
  readonly time: number
  readonly host: string
  readonly source: string
  readonly sourcetype: string
  readonly index?: string
  readonly fields: Readonly<Record<string, string>>
  readonly event: unknown
  /** The event's JSON as it stood in the body. */
  readonly text: string
}

export type HecMode = Behaviour | 'refuse' | 'not_hec'

export interface HecDouble extends Served {
  readonly events: readonly HecEvent[]
  /** How many requests to the event endpoint had a good token. */
  readonly requests: number
  token: string
  mode: HecMode
  /** `Retry-After` of a busy answer, in seconds or as a date. */
  retryAfter: string | undefined
  /** Ids of events that are refused, alone and by number. */
  readonly refused: Set<string>
  /** What the first event of a request is called. */
  firstEventNumber: 0 | 1
  /** Whether the token has indexer acknowledgement, and whether the indexer gets on. */
  acknowledgement: 'off' | 'at once' | 'held back'
  /** What the acknowledgement endpoint says, instead of the states that are asked for. */
  acknowledgementAnswer: { readonly status: number; readonly text: string } | undefined
  /** What no indexer had is lost, and every channel counts from 0 again. */
  restart(): void
}

/**
 * A stand-in for Splunk's HTTP Event Collector, stricter than lenient. Rules and codes by the documentation:
 * "HTTP Event Collector error codes", "Format events for HTTP Event Collector", "About HTTP Event Collector
 * Indexer Acknowledgment", "HTTP Event Collector REST API endpoints" (docs.splunk.com).
 */
export async function startHecDouble(token = 'good', port = 0): Promise<HecDouble> {
  const events: HecEvent[] = []
  /** How many ackIds each channel was given; they count from 0. */
  const given = new Map<string, number>()
  const told = new Set<string>()
  let requests = 0
  const double = {
    ...(await serve(answer, port)),
    events,
    token,
    mode: 'accept' as HecMode,
    retryAfter: undefined as string | undefined,
    refused: new Set<string>(),
    firstEventNumber: 0 as HecDouble['firstEventNumber'],
    acknowledgement: 'off' as HecDouble['acknowledgement'],
    acknowledgementAnswer: undefined as HecDouble['acknowledgementAnswer'],
    restart() {
      given.clear()
      told.clear()
      events.length = 0
    },
    get requests() {
      return requests
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request)
    const reply = (status: number, json: object, headers = {}) => response.writeHead(status, headers).end(JSON.stringify(json))
    if (request.url === '/services/collector/health') return void reply(200, { text: 'HEC is healthy', code: 17 })
    const refusal = refusalOfToken(request, double.token)
    if (refusal !== undefined) return void reply(refusal.status, refusal.json)
    if (request.url === '/services/collector/ack') {
      const { status, text } = double.acknowledgementAnswer ?? {}
      if (status !== undefined) return void response.writeHead(status).end(text)
      const wrong = refusalOfChannel(request)
      return void (wrong === undefined ? reply(200, { acks: acksOf(request, body) }) : reply(400, wrong))
    }
    if (request.url !== '/services/collector/event')
      return void reply(404, { text: 'The requested URL was not found on this server.', code: 404 })
    requests++
    if (body === '') return void reply(400, { text: 'No data', code: 5 })
    switch (double.mode) {
      case 'busy':
        return void reply(
          503,
          { text: 'Server is busy', code: 9 },
          double.retryAfter === undefined ? {} : { 'retry-after': double.retryAfter },
        )
      case 'refuse':
        return void reply(400, { text: 'Invalid data format', code: 6 })
      case 'not_hec':
        return void response.writeHead(200).end('<html>Welcome</html>')
      case 'accept':
        return void accept(request, body, reply)
      default:
        return misbehave(response, double.mode)
    }
  }

  function accept(request: IncomingMessage, body: string, reply: (status: number, json: object) => unknown): unknown {
    const channel = channelOf(request)
    const wrong = double.acknowledgement === 'off' ? undefined : refusalOfChannel(request)
    if (wrong !== undefined) return reply(400, wrong)
    const read = scanJsonTexts(body).map(readEvent)
    const invalid = read.findIndex(event => event === undefined || double.refused.has(event.fields.event_id ?? ''))
    if (invalid !== -1)
      return reply(400, { text: 'Invalid data format', code: 6, 'invalid-event-number': invalid + double.firstEventNumber })
    events.push(...read.filter(event => event !== undefined))
    if (channel === undefined || double.acknowledgement === 'off') return reply(200, { text: 'Success', code: 0 })
    const ackId = given.get(channel) ?? 0
    given.set(channel, ackId + 1)
    return reply(200, { text: 'Success', code: 0, ackId })
  }

  function refusalOfChannel(request: IncomingMessage): object | undefined {
    if (double.acknowledgement === 'off') return { text: 'ACK is disabled', code: 14 }
    const channel = channelOf(request)
    if (channel === undefined) return { text: 'Data channel is missing', code: 10 }
    return GUID.test(channel) ? undefined : { text: 'Invalid data channel', code: 11 }
  }

  /** An id that the channel was never given is not acknowledged; one that was told to be is forgotten, and false from then on. */
  function acksOf(request: IncomingMessage, body: string): Record<string, boolean> {
    const { acks: asked } = JSON.parse(body) as { acks: number[] }
    const channel = channelOf(request) ?? ''
    const isIndexed = (id: number) =>
      double.acknowledgement === 'at once' && id < (given.get(channel) ?? 0) && !told.has(`${channel} ${id}`)
    const acks = Object.fromEntries(asked.map(id => [id, isIndexed(id)]))
    for (const id of asked) if (acks[id]) told.add(`${channel} ${id}`)
    return acks
  }

  return double
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function channelOf({ headers }: IncomingMessage): string | undefined {
  const channel = headers['x-splunk-request-channel']
  return typeof channel === 'string' ? channel : undefined
}

function refusalOfToken({ headers }: IncomingMessage, token: string): { status: number; json: object } | undefined {
  if (headers.authorization === undefined) return { status: 401, json: { text: 'Token is required', code: 2 } }
  if (!headers.authorization.startsWith('Splunk ')) return { status: 401, json: { text: 'Invalid authorization', code: 3 } }
  if (headers.authorization !== `Splunk ${token}`) return { status: 403, json: { text: 'Invalid token', code: 4 } }
  return undefined
}

/** Undefined for what HEC would not take: no event, an empty one, fields that are not flat texts. */
function readEvent(text: string): HecEvent | undefined {
  const parsed = JSON.parse(text) as HecEvent
  if (parsed.event === undefined || parsed.event === '') return undefined
  if (typeof parsed.time !== 'number' || !Object.values(parsed.fields).every(value => typeof value === 'string')) return undefined
  return { ...parsed, text: text.slice(text.indexOf('"event":') + 8, -1) }
}
