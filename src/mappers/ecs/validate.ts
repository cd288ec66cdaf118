import { isIP } from 'node:net'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'
import { isEmpty } from '../../record/values.ts'
import SCHEMA from './schema.json' with { type: 'json' }

const FIELDS: ReadonlyMap<string, string> = new Map(Object.entries(SCHEMA.fields))
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

/** What ECS 9.4.0 refuses in a document, nested or with dotted names; empty if it is valid. */
export function validateEcs(document: JsonObject): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  const seen = new Map<string, JsonValue>()
  walk(document, '', seen, issues)
  for (const field of REQUIRED) if (!seen.has(field)) issues.add('field_missing', field, `${field} is required`)
  checkCategories(seen, issues)
  return issues.list
}

function walk(fields: JsonObject, prefix: string, seen: Map<string, JsonValue>, issues: SchemaIssues): void {
  for (const key in fields) {
    const path = prefix + key
    const value = fields[key]
    if (value === undefined) continue
    const type = FIELDS.get(path)
    if (type !== undefined) {
      seen.set(path, value)
      checkField(path, type, value, issues)
    } else if (path === VENDOR || path.startsWith(`${VENDOR}.`)) {
      if (path === VENDOR && !isJsonObject(value)) issues.add('wrong_type', path, `${path} must be an object`)
    } else if (isJsonObject(value) && !isEmpty(value)) walk(value, `${path}.`, seen, issues)
    else issues.add('field_unknown', path, `${path} is no field of ECS ${SCHEMA.version}`)
  }
}

function checkField(path: string, type: string, value: JsonValue, issues: SchemaIssues): void {
  const isList = type.endsWith('[]')
  if (isEmpty(value)) {
    issues.add('empty_value', path, `${path} is empty; leave it out`)
    return
  }
  if (isList !== Array.isArray(value)) {
    issues.add('wrong_type', path, `${path} must be ${isList ? 'a list' : `one ${type}`}, not ${described(value)}`)
    return
  }
  const each = isList ? type.slice(0, -2) : type
  for (const item of (isList ? value : [value]) as readonly JsonValue[]) {
    if (TYPES[each]?.(item) !== true) issues.add('wrong_type', path, `${path} must be ${each}, not ${described(item)}`)
    else if (ALLOWED.get(path)?.has(item as string) === false)
      issues.add('value_unknown', path, `${path} does not allow ${described(item)}`)
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
