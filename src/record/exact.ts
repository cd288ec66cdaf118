import type { LogEvent } from '../core/event.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import type { OpenObject } from './values.ts'

/** Below this nothing travels as structure. */
const LEVELS_MAX = 17

/** TypeScript does not know the third parameter yet: the value as it is written. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown

/**
 * The record with every number that reading would alter (`12345678901234567890` is rounded, `1e400` becomes null when it
 * is written) as text, as it stands there. The body itself if there is no such number, and for what is nested
 * too deeply to be read once more: all numbers are still in the event's text.
 */
export function exactBody({ body, text }: LogEvent): JsonObject {
  if (!holdsInexact(body, LEVELS_MAX)) return body
  try {
    return JSON.parse(text, ((_, value, { source }) => exact(value, source)) satisfies Reviver as (
      key: string,
      value: unknown,
    ) => unknown) as JsonObject
  } catch (cause) {
    if (cause instanceof RangeError) return body
    throw cause
  }
}

function holdsInexact(value: JsonValue | undefined, levels: number): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  if (typeof value !== 'object' || value === null || levels === 0) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) if (holdsInexact(item, levels - 1)) return true
    return false
  }
  const fields = value as OpenObject
  for (const key in fields) if (holdsInexact(fields[key], levels - 1)) return true
  return false
}

/** A float such as `1e300` stays a number: it is written as it was read. */
function exact(value: unknown, source: string | undefined): unknown {
  if (typeof value !== 'number' || source === undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  const isAltered = !Number.isFinite(value) || (/^-?\d+$/.test(source) && String(value) !== source)
  return isAltered ? source : value
}
