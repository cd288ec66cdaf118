import type { Batch, Position } from '../../src/core/batch.ts'
import type { ComponentState } from '../../src/core/context.ts'
import type { ReadBounds } from '../../src/core/source.ts'
import { openaiOrganizationLogsConfig } from '../../src/sources/openai_organization_logs/config.ts'
import { createOpenaiOrganizationLogsSource } from '../../src/sources/openai_organization_logs/source.ts'
import { settled, VirtualClock } from './virtual_clock.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const meter = { add: () => {}, set: () => {}, observe: () => {} }

export interface Oddities {
  readonly cursors?: 'honest' | 'inverted' | 'ignored' | 'lead nowhere'
  readonly order?: 'as asked' | 'oldest first' | 'by arrival'
  /** What has_more says: the truth, true on every page that is not empty, or false on every full page. */
  readonly hasMore?: 'true to fact' | 'always' | 'never'
  /** What is behind a cursor of a record that is not held. */
  readonly unknownCursor?: 'refused' | 'nothing'
  readonly lastId?: 'of the last' | 'missing' | 'of the first'
  /** The most the API gives in one page, whatever is asked for. */
  readonly pageEventsMax?: number
}

export interface LogRecord {
  readonly id: string
  readonly event: string
  readonly created_at: number
}

interface Answer {
  /** Default 200. */
  readonly status?: number
  readonly text: string
  readonly headers?: Record<string, string>
}

export const record = (id: string, createdAtS: number): LogRecord => ({ id, event: 'api_key.created', created_at: createdAtS })

/** The list endpoint over records in the order of their arrival; they may be added to and taken away. */
export class LogsApi {
  records: LogRecord[]
  odd: Oddities

  constructor(records: readonly LogRecord[], odd: Oddities = {}) {
    this.records = [...records]
    this.odd = odd
  }

  answer(query: URLSearchParams): Answer {
    const { cursors = 'honest', order = 'as asked', hasMore = 'true to fact', lastId = 'of the last', pageEventsMax = 1000 } = this.odd
    const list = this.records.toReversed()
    if (order !== 'by arrival') list.sort((a, b) => b.created_at - a.created_at)
    if (order === 'oldest first') list.reverse()
    const name = query.has('after') ? 'after' : 'before'
    const id = query.get(name)
    const at = id === null || cursors === 'ignored' ? undefined : list.findIndex(held => held.id === id)
    if (at === -1 && this.odd.unknownCursor === 'nothing') return { text: '{"data":[],"has_more":false}' }
    if (at === -1) return { status: 404, text: '{"error":{"message":"no such record"}}' }
    const isOn = (name === 'after') === (cursors !== 'inverted')
    const rest = at === undefined ? list : cursors === 'lead nowhere' ? [] : isOn ? list.slice(at + 1) : list.slice(0, at)
    const page = rest.slice(0, Math.min(Number(query.get('limit')), pageEventsMax))
    const more = hasMore === 'true to fact' ? rest.length > page.length : hasMore === 'always' && page.length > 0
    const last = { 'of the last': page.at(-1), missing: undefined, 'of the first': page[0] }[lastId]
    return { text: JSON.stringify({ data: page, last_id: last?.id, has_more: more }) }
  }
}

/** The source under a virtual clock, over an API that gives what `answer` says. */
export function stageLogs(answer: (query: URLSearchParams, nowMs: number) => Answer, settings: object = {}) {
  const clock = new VirtualClock()
  const queries: URLSearchParams[] = []
  const states: ComponentState[] = []
  const config = openaiOrganizationLogsConfig.parse({ api_key: 'sk-secret', ...settings })
  const context = { id: 'acme', clock, logger: silent, meter, report: (state: ComponentState) => void states.push(state) }
  const source = createOpenaiOrganizationLogsSource(config, context, async search => {
    const query = new URLSearchParams(search)
    queries.push(query)
    const { text, ...others } = answer(query, clock.now())
    return { status: 200, headers: {}, ...others, body: text }
  })
  return { clock, queries, states, source }
}

export type StagedLogs = ReturnType<typeof stageLogs>

/** Reads in the background until `end`; what was handed out before is remembered as a journal would. */
export function readLogs({ source }: StagedLogs, before: readonly Batch[] = [], bounds: ReadBounds = {}) {
  const stop = new AbortController()
  const batches: Batch[] = []
  const held = before.flatMap(({ events }) => events)
  const ids = (fromMs: number, toMs: number) => held.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs).map(({ id }) => id)
  const position: Position | undefined = before.findLast(batch => batch.position !== undefined)?.position
  let hasEnded = false
  const done = (async () => {
    for await (const batch of source.streams[0]!.read(position, { ids }, stop.signal, bounds)) batches.push(batch)
    hasEnded = true
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  return {
    batches,
    ids: () => batches.flatMap(({ events }) => events.map(({ id }) => id)),
    hasEnded: () => hasEnded,
    async end() {
      stop.abort()
      await done
    },
  }
}

/** Lets time pass until it has ended by itself, or for so many steps; true when it has. */
export async function untilEnded({ clock }: StagedLogs, read: ReturnType<typeof readLogs>, stepsMax: number): Promise<boolean> {
  for (let step = 0; step < stepsMax && !read.hasEnded(); step++) if (!(await clock.step())) await settled()
  return read.hasEnded()
}
