import type { JsonValue } from '../core/json.ts'
import { type OpenObject, setField } from './values.ts'

/** How many levels of a payload travel as structure: below the 20 that Elasticsearch takes in a field. */
export const STRUCTURE_LEVELS_MAX = 16
/** How many more levels travel as JSON text; more would overflow the stack of whoever writes them. */
const TEXT_LEVELS_MAX = 1000
const TOO_DEEP = '(nested too deeply; see the original text)'

/** The value itself, or a copy in which what lies too deep is JSON text, so that writing it cannot fail. */
export function boundDepth(value: JsonValue): JsonValue {
  return exceeds(value, STRUCTURE_LEVELS_MAX) ? cut(value, STRUCTURE_LEVELS_MAX) : value
}

function exceeds(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (exceeds(item, levels - 1)) return true
    return false
  }
  const fields = value as OpenObject
  for (const key in fields) if (exceeds(fields[key]!, levels - 1)) return true
  return false
}

function cut(value: JsonValue, levels: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (levels === 0) return exceeds(value, TEXT_LEVELS_MAX) ? TOO_DEEP : JSON.stringify(value)
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(item => cut(item, levels - 1))
  const copy: OpenObject = {}
  const fields = value as OpenObject
  for (const key in fields) setField(copy, key, cut(fields[key]!, levels - 1))
  return copy
}
