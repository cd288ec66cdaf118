import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { isEmpty, type OpenObject, setField } from '../../record/values.ts'

/**
 * The payload without the paths that stand elsewhere in the event, such as `id` and `data.group_name`.
 * Undefined if nothing is left.
 */
export function without(payload: JsonValue | undefined, paths: readonly string[]): JsonValue | undefined {
  if (payload === undefined || !isJsonObject(payload)) return isEmpty(payload) ? undefined : payload
  let rest: OpenObject | undefined
  for (const key in payload) {
    if (paths.includes(key)) continue
    const value = isPartlyUsed(key, paths) ? withoutInner(payload[key]!, key, paths) : payload[key]!
    if (value === undefined) continue
    rest ??= {}
    setField(rest, key, value)
  }
  return rest
}

function isPartlyUsed(key: string, paths: readonly string[]): boolean {
  return (key === 'data' || key === 'changes_requested') && paths.some(path => path.startsWith(`${key}.`))
}

function withoutInner(value: JsonValue, container: string, paths: readonly string[]): JsonValue | undefined {
  if (!isJsonObject(value)) return value
  const rest: OpenObject = {}
  for (const key in value as JsonObject) if (!paths.includes(`${container}.${key}`)) setField(rest, key, value[key]!)
  return isEmpty(rest) ? undefined : rest
}

/** A payload that holds only `data` is that. */
export function unwrapped(rest: JsonValue | undefined): JsonValue | undefined {
  if (rest === undefined || !isJsonObject(rest) || !Object.hasOwn(rest, 'data') || Object.keys(rest).length !== 1) return rest
  return isEmpty(rest.data) ? undefined : rest.data
}
