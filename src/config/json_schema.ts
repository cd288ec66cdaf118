import { z } from 'zod'
import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts'

/** Formats that JSON Schema knows; the others are ours, and say in words what is expected. */
const STANDARD_FORMATS = ['uri', 'date-time', 'email', 'uuid']

/** Keywords copied as they are: their value is no schema, or the schema of a key, where no variable may stand. */
const VERBATIM = ['default', 'enum', 'propertyNames']

/** What users may write, as zod tells it: our durations and sizes carry `format`, `minimum` and `maximum` in words. */
export function describedSchema(schema: z.ZodType): JsonObject {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', target: 'draft-07', unrepresentable: 'any' })
  return described as JsonObject
}

/** The part of a schema that a path leads to, through maps, lists and alternatives. */
export function schemaAt(schema: JsonObject, path: readonly PropertyKey[]): JsonObject | undefined {
  let here: JsonObject | undefined = schema
  for (const key of path) {
    here = here === undefined ? undefined : step(here, String(key))
  }
  return here
}

function step(schema: JsonObject, key: string): JsonObject | undefined {
  const property = isJsonObject(schema.properties) ? schema.properties[key] : undefined
  for (const next of [property, schema.items, schema.additionalProperties]) if (isJsonObject(next)) return next
  for (const alternative of alternativesOf(schema)) {
    const found = step(alternative, key)
    if (found !== undefined) return found
  }
  return undefined
}

/** The settings that may stand in this map. */
export function settingsOf(schema: JsonObject | undefined): readonly string[] {
  if (schema === undefined) return []
  const own = isJsonObject(schema.properties) ? Object.keys(schema.properties) : []
  return [...own, ...alternativesOf(schema).flatMap(settingsOf)]
}

export function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  const alternatives = schema.anyOf ?? schema.oneOf
  return Array.isArray(alternatives) ? (alternatives as readonly JsonValue[]).filter(isJsonObject) : []
}

/** A described schema for editors: only what JSON Schema knows, and `${NAME}` allowed beside every value that is no free text. */
export function forEditors(schema: JsonObject): JsonObject {
  const { format, minimum, maximum, writeOnly, ...rest } = schema
  const words = typeof format === 'string' && !STANDARD_FORMATS.includes(format) ? format : undefined
  const limits = typeof minimum === 'string' && typeof maximum === 'string' ? `from ${minimum} to ${maximum}` : undefined
  const description = [schema.description, words, limits].filter(part => typeof part === 'string').join(' · ')
  const kept: JsonObject = {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, VERBATIM.includes(key) ? value : childrenOf(value)])),
    ...(format !== undefined && words === undefined ? { format } : {}),
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
    ...(description === '' ? {} : { description }),
  }
  // A secret is a text; its other form exists only after `${file:…}` has been read.
  if (writeOnly === true) return { type: 'string', minLength: 1, description }
  return orVariable(kept)
}

function childrenOf(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(entry => childrenOf(entry) ?? null)
  if (!isJsonObject(value)) return value
  const isSchema = ['type', 'anyOf', 'oneOf', 'const', 'enum'].some(key => typeof value[key] === 'string' || Array.isArray(value[key]))
  if (isSchema) return forEditors(value)
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, childrenOf(entry)]))
}

const VARIABLE: JsonObject = { type: 'string', pattern: '\\$\\{.+\\}' }

function orVariable(schema: JsonObject): JsonObject {
  const { description, default: preset, ...rest } = schema
  const isFree = schema.enum === undefined && schema.format === undefined && schema.pattern === undefined
  const isText = schema.const !== undefined || (schema.type === 'string' && isFree)
  if (isText || !['string', 'number', 'integer', 'boolean'].some(type => type === schema.type)) return schema
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [rest, VARIABLE],
  }
}
