import type { JsonObject, JsonValue } from '../../core/json.ts'
import { type OpenObject, object, setField } from '../../record/values.ts'

/** Attributes that hold JSON as it came; strings in them have no bound. */
const FREE: ReadonlySet<string> = new Set(['unmapped', 'data'])

/**
 * Keeps the strings of an event within what its release allows. The original text, whole, goes to
 * `unmapped.raw_data`; what is cut elsewhere still stands in it.
 */
export function fitTexts(
  event: JsonObject,
  original: string,
  { version, includeOriginal }: { readonly version: { readonly textCharsMax: number }; readonly includeOriginal: boolean },
): JsonObject {
  const fitted = bounded(event, version.textCharsMax) as OpenObject
  if (includeOriginal) fitted.unmapped = { ...object(fitted.unmapped), raw_data: original } as OpenObject
  return fitted
}

function bounded(value: JsonValue, charsMax: number): JsonValue {
  if (typeof value === 'string') return value.length <= charsMax ? value : `${value.slice(0, charsMax - 1).toWellFormed()}…`
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(item => bounded(item, charsMax))
  const fitted: OpenObject = {}
  const fields = value as OpenObject
  for (const key in fields) setField(fitted, key, FREE.has(key) ? fields[key]! : bounded(fields[key]!, charsMax))
  return fitted
}
