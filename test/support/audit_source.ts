import type { Batch, Position } from '../../src/core/batch.ts'
import type { ComponentState, Meter } from '../../src/core/context.ts'
import { openaiAuditConfig } from '../../src/sources/openai_audit/config.ts'
import { createOpenaiAuditSource } from '../../src/sources/openai_audit/source.ts'
import { VirtualClock } from './virtual_clock.ts'

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const NOTHING_SEEN = { ids: () => [] }
export const EMPTY = '{"data":[],"has_more":false}'

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers?: Record<string, string>
}

/** The source under a virtual clock, over an API that gives what `answer` says. */
export function stage(answer: (query: URLSearchParams, nowMs: number) => Answer, settings: object = {}, observed?: Meter) {
  const clock = new VirtualClock()
  const queries: URLSearchParams[] = []
  const states: (ComponentState & { readonly part: string | undefined })[] = []
  const lateSeconds: number[] = []
  const meter = observed ?? {
    add: () => {},
    set: () => {},
    observe: (_: string, __: object, value: number) => void lateSeconds.push(value),
  }
  const config = openaiAuditConfig.parse({ api_key: 'sk-secret', ...settings })
  const context = {
    id: 'acme',
    clock,
    logger: silent,
    meter,
    report: (state: ComponentState, part?: string) => void states.push({ ...state, part }),
  }
  const source = createOpenaiAuditSource(config, context, async search => {
    const query = new URLSearchParams(search)
    queries.push(query)
    const { text, ...others } = answer(query, clock.now())
    return { headers: {}, ...others, body: text }
  })
  return { clock, queries, states, source, lateSeconds }
}

/** Reads in the background until `end`; what `taken` gives is waited for after each batch. */
export function reading(
  source: ReturnType<typeof stage>['source'],
  stream = 0,
  from?: Position,
  taken: (batch: Batch) => Promise<void> | undefined = () => undefined,
) {
  const stop = new AbortController()
  const batches: Batch[] = []
  const done = (async () => {
    for await (const batch of source.streams[stream]!.read(from, NOTHING_SEEN, stop.signal)) {
      batches.push(batch)
      await taken(batch)
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const end = async () => {
    stop.abort()
    await done
  }
  return { batches, end }
}
