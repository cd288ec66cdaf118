import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isJsonObject, type JsonObject } from '../../src/core/json.ts'

const ROOT = join(import.meta.dirname, '../..')

/** What the ECS mapper makes of every event type. */
export const ecsDocuments = () => JSON.parse(readFileSync(join(ROOT, 'test/mapping/golden/ecs.golden.json'), 'utf8')) as JsonObject[]

/** Objects that are one field. */
const WHOLE = new Set(['source.geo.location', 'openai.audit.details', 'openai.audit.unmapped'])
/** In the samples, for a field that OpenAI may add. */
const UNKNOWN = 'openai.audit.source'

let fields: ReadonlySet<string> | undefined

/** Names of the fields in those documents. */
export function ecsFields(): ReadonlySet<string> {
  fields ??= new Set(ecsDocuments().flatMap(document => leavesOf(document, '')))
  return fields
}

function leavesOf(object: JsonObject, prefix: string): string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const name = `${prefix}${key}`
    if (name === UNKNOWN) return []
    return isJsonObject(value) && !WHOLE.has(name) ? leavesOf(value, `${name}.`) : [name]
  })
}

/** The fields of an index template with their mappings, by full name. */
export function mappedTypes(template: JsonObject): ReadonlyMap<string, JsonObject> {
  const { mappings } = template.template as { mappings: JsonObject }
  const types = new Map<string, JsonObject>()
  const walk = (properties: JsonObject, prefix: string) => {
    for (const [key, mapping] of Object.entries(properties)) {
      if (!isJsonObject(mapping)) continue
      if (isJsonObject(mapping.properties)) walk(mapping.properties, `${prefix}${key}.`)
      else types.set(`${prefix}${key}`, mapping)
    }
  }
  walk(mappings.properties as JsonObject, '')
  return types
}

interface SavedObject {
  readonly id: string
  readonly type: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly { readonly type: string; readonly id: string }[]
}

interface Ask {
  readonly object: SavedObject
  /** What is counted or shown. */
  readonly fields: readonly string[]
  /** KQL. */
  readonly query: string
  /** Fields of the query. */
  readonly queried: readonly string[]
}

/** What each object of the dashboard asks of the index. */
export function dashboardAsks(): readonly Ask[] {
  const lines = readFileSync(join(ROOT, 'assets/elasticsearch/dashboard.ndjson'), 'utf8').trimEnd().split('\n')
  return lines.map(line => {
    const object = JSON.parse(line) as SavedObject
    const {
      visState,
      columns = [],
      kibanaSavedObjectMeta,
    } = object.attributes as {
      visState?: string
      columns?: string[]
      kibanaSavedObjectMeta?: { searchSourceJSON: string }
    }
    const { aggs } = JSON.parse(visState ?? '{"aggs":[]}') as { aggs: { params: { field?: string } }[] }
    const source = JSON.parse(kibanaSavedObjectMeta?.searchSourceJSON ?? '{}') as { query?: { query: string } }
    const query = source.query?.query ?? ''
    return {
      object,
      fields: [...columns, ...aggs.flatMap(({ params: { field } }) => field ?? [])],
      query,
      queried: [...query.matchAll(/([a-z_.@]+)\s*(?::|>=|<=)/gi)].map(([, name]) => name!),
    }
  })
}
