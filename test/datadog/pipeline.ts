import { z } from 'zod'
import { isJsonObject, type JsonValue } from '../../src/core/json.ts'

const attributes = z.array(z.string().min(1)).min(1)
const filter = z.strictObject({ query: z.string().min(1) })
const base = { name: z.string().min(1), is_enabled: z.literal(true) }

/** "Create a pipeline" and its processors (docs.datadoghq.com/api/latest/logs-pipelines): those that ours has. */
const processor = z.discriminatedUnion('type', [
  z.strictObject({ ...base, type: z.enum(['date-remapper', 'status-remapper', 'message-remapper']), sources: attributes }),
  z.strictObject({
    ...base,
    type: z.literal('attribute-remapper'),
    sources: attributes,
    source_type: z.literal('attribute'),
    target: z.string().min(1),
    target_type: z.literal('attribute'),
    preserve_source: z.boolean(),
    override_on_conflict: z.boolean(),
  }),
  z.strictObject({
    ...base,
    type: z.literal('category-processor'),
    target: z.string().min(1),
    categories: z.array(z.strictObject({ name: z.string().min(1), filter })).min(1),
  }),
  z.strictObject({ ...base, type: z.literal('user-agent-parser'), sources: attributes, target: z.string(), is_encoded: z.boolean() }),
  z.strictObject({ ...base, type: z.literal('geo-ip-parser'), sources: attributes, target: z.string() }),
])
type Processor = z.output<typeof processor>
const nested = z.strictObject({ ...base, type: z.literal('pipeline'), filter, processors: z.array(processor).min(1) })
export const pipelineSchema = z.strictObject({ ...base, filter, processors: z.array(z.union([processor, nested])).min(1) })
export type Pipeline = z.output<typeof pipelineSchema>

/** Attributes by their dotted names: a dot in a name and a level below are the same to Datadog. */
export type Log = Map<string, JsonValue>

export interface Processed {
  readonly log: Log
  /** The official status: what the remapper was given. */
  readonly status: JsonValue | undefined
}

/** What becomes of a log of the source in the pipeline, the lookups of agents and places left out. */
export function processed(pipeline: Pipeline, text: string): Processed {
  const log = flattened(text)
  let status = log.get('status')
  const run = (step: Processor) => {
    if (step.type === 'attribute-remapper') remap(log, step)
    else if (step.type === 'category-processor') categorize(log, step)
    else if (step.type === 'status-remapper') status = firstOf(log, step.sources) ?? status
  }
  if (!isFound(pipeline.filter.query, log)) throw new Error('the pipeline does not take the log')
  for (const step of pipeline.processors) {
    if (step.type !== 'pipeline') run(step)
    else if (isFound(step.filter.query, log)) for (const inner of step.processors) run(inner)
  }
  return { log, status }
}

/** Every attribute that a pipeline reads from. */
export function sourcesOf({ processors }: Pipeline): readonly string[] {
  return processors.flatMap(step => {
    if (step.type === 'pipeline')
      return [...queried(step.filter.query), ...step.processors.flatMap(inner => ('sources' in inner ? inner.sources : []))]
    return 'sources' in step ? step.sources : step.categories.flatMap(category => queried(category.filter.query))
  })
}

export function flattened(text: string): Log {
  const log: Log = new Map()
  const spread = (path: string, value: JsonValue): void => {
    if (!isJsonObject(value)) log.set(path, value)
    else for (const key in value) spread(path === '' ? key : `${path}.${key}`, value[key]!)
  }
  spread('', JSON.parse(text) as JsonValue)
  return log
}

const firstOf = (log: Log, names: readonly string[]) => names.map(name => log.get(name)).find(value => value !== undefined)

function remap(log: Log, step: Extract<Processor, { type: 'attribute-remapper' }>): void {
  const value = firstOf(log, step.sources)
  if (value !== undefined && (step.override_on_conflict || !log.has(step.target))) log.set(step.target, value)
}

/** The first category whose query finds the log. */
function categorize(log: Log, { target, categories }: Extract<Processor, { type: 'category-processor' }>): void {
  const found = categories.find(({ filter: { query } }) => isFound(query, log))
  if (found !== undefined) log.set(target, found.name)
}

const TERM = /^(-?)(@?)([\w.]+):(\[(\d+) TO (\d+)\]|\S+)$/

/** "Log Search Syntax" (docs.datadoghq.com), as far as ours goes: terms that hold together, or alternatives with OR. */
function isFound(query: string, log: Log): boolean {
  return query.split(' OR ').some(terms => terms.match(/\S+:\[[^\]]*\]|\S+/g)!.every(term => holds(term, log)))
}

function holds(term: string, log: Log): boolean {
  const [, minus, at, name, wanted, from, to] = TERM.exec(term) ?? []
  if (name === undefined) throw new Error(`no term of a search: ${term}`)
  const value = log.get(at === '@' ? name : `dd${name}`)
  const values = [value].flat() as readonly JsonValue[] // Of a list, one member is enough.
  const isWanted = (one: JsonValue) =>
    from === undefined ? wanted === '*' || String(one as string) === wanted : Number(one) >= Number(from) && Number(one) <= Number(to)
  const isThere = value !== undefined && values.some(isWanted)
  return isThere === (minus === '')
}

const queried = (query: string) => [...query.matchAll(/@([\w.]+):/g)].map(([, name]) => name!)
