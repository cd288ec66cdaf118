import { isIP } from 'node:net'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'
import { isEmpty } from '../../record/values.ts'
import SCHEMA from './schema.json' with { type: 'json' }

/** A name of the schema, by its place in a document. */
interface Place {
  readonly path: string
  readonly inner: Map<string, Place>
  /** Of a field; a name that only leads to fields has none. */
  field?: Field
}

interface Field {
  readonly type: string
  readonly isList: boolean
  readonly isType: (value: JsonValue) => boolean
  readonly allowed: ReadonlySet<string> | undefined
}

const ALLOWED: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(SCHEMA.allowed).map(([field, values]) => [field, new Set(values)]),
)
const CATEGORY_TYPES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(SCHEMA.category_types))
const REQUIRED = ['@timestamp', 'ecs.version']
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/
/** Ours alone: ECS leaves names that are no field set of its own to the vendor. */
const VENDOR = 'openai'

const TYPES: Readonly<Record<string, (value: JsonValue) => boolean>> = {
  keyword: value => typeof value === 'string',
  constant_keyword: value => typeof value === 'string',
  wildcard: value => typeof value === 'string',
  match_only_text: value => typeof value === 'string',
  boolean: value => typeof value === 'boolean',
  long: value => Number.isSafeInteger(value),
  float: value => Number.isFinite(value),
  date: value => typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value)),
  ip: value => typeof value === 'string' && isIP(value) !== 0 && !value.includes('%'),
  geo_point: isGeoPoint,
  object: isJsonObject,
}

const ROOT = placesOf(SCHEMA.fields)

/** What ECS 9.4.0 refuses in a document, nested or with dotted names; empty if it is valid. */
export function validateEcs(document: JsonObject): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  const seen = new Map<string, JsonValue>()
  walk(document, ROOT, '', seen, issues)
  for (const field of REQUIRED) if (!seen.has(field)) issues.add('field_missing', field, `${field} is required`)
  checkCategories(seen, issues)
  return issues.list
}

/** The names of the schema as they lie within each other: to look a field up, no path is put together. */
function placesOf(fields: Readonly<Record<string, string>>): Place {
  const root: Place = { path: '', inner: new Map() }
  for (const [path, type] of Object.entries(fields)) {
    let place = root
    for (const name of path.split('.')) {
      const inner = place.inner.get(name) ?? { path: place === root ? name : `${place.path}.${name}`, inner: new Map() }
      place.inner.set(name, inner)
      place = inner
    }
    const isList = type.endsWith('[]')
    const each = isList ? type.slice(0, -2) : type
    place.field = { type: each, isList, isType: TYPES[each] ?? (() => false), allowed: ALLOWED.get(path) }
  }
  return root
}

/** Names may be joined with dots. */
function placeIn(place: Place, name: string): Place | undefined {
  const inner = place.inner.get(name)
  if (inner !== undefined || !name.includes('.')) return inner
  return name.split('.').reduce<Place | undefined>((at, part) => at?.inner.get(part), place)
}

function walk(fields: JsonObject, within: Place | undefined, prefix: string, seen: Map<string, JsonValue>, issues: SchemaIssues): void {
  for (const key in fields) {
    const value = fields[key]
    if (value === undefined) continue
    const place = within && placeIn(within, key)
    if (place?.field !== undefined) {
      seen.set(place.path, value)
      checkField(place.path, place.field, value, issues)
    } else if (within === ROOT && (key === VENDOR || key.startsWith(`${VENDOR}.`))) {
      if (key === VENDOR && !isJsonObject(value)) issues.add('wrong_type', key, `${key} must be an object`)
    } else if (isJsonObject(value) && !isEmpty(value)) walk(value, place, `${prefix}${key}.`, seen, issues)
    else issues.add('field_unknown', prefix + key, `${prefix}${key} is no field of ECS ${SCHEMA.version}`)
  }
}

function checkField(path: string, { type, isList, isType, allowed }: Field, value: JsonValue, issues: SchemaIssues): void {
  if (isEmpty(value)) {
    issues.add('empty_value', path, `${path} is empty; leave it out`)
    return
  }
  if (isList !== Array.isArray(value)) {
    issues.add('wrong_type', path, `${path} must be ${isList ? 'a list' : `one ${type}`}, not ${described(value)}`)
    return
  }
  for (const item of (isList ? value : [value]) as readonly JsonValue[]) {
    if (!isType(item)) issues.add('wrong_type', path, `${path} must be ${type}, not ${described(item)}`)
    else if (allowed?.has(item as string) === false) issues.add('value_unknown', path, `${path} does not allow ${described(item)}`)
  }
}

function isGeoPoint(value: JsonValue): boolean {
  if (!isJsonObject(value) || Object.keys(value).length !== 2) return false
  const { lat, lon } = value
  return typeof lat === 'number' && typeof lon === 'number' && Math.abs(lat) <= 90 && Math.abs(lon) <= 180
}

/** Each category has one of the types ECS expects of it, and no type stands there that no category expects. */
function checkCategories(seen: ReadonlyMap<string, JsonValue>, issues: SchemaIssues): void {
  const categories = listOf(seen.get('event.category'))
  const types = listOf(seen.get('event.type'))
  const expected = new Set(categories.flatMap(category => CATEGORY_TYPES.get(category) ?? []))
  for (const category of categories) {
    const fits = CATEGORY_TYPES.get(category)?.some(type => types.includes(type))
    if (fits === false) issues.add('type_unexpected', 'event.type', `${types.join(', ')} has nothing that category ${category} expects`)
  }
  for (const type of types) {
    if (!expected.has(type)) issues.add('type_unexpected', 'event.type', `${type} is expected by no category of ${categories.join(', ')}`)
  }
}

function listOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
