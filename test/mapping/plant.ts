import type { JsonObject, JsonValue } from '../../src/core/json.ts'

type Open = Record<string, JsonValue | undefined>

/** A copy of the document with the value at a path (`cloud/account`), or without the field if the value is undefined. */
export function planted(document: JsonObject, path: string, value: JsonValue | undefined): JsonObject {
  const copy = structuredClone(document) as Open
  const steps = path.split('/')
  const last = steps.pop()!
  const parent = steps.reduce((node, step) => {
    node[step] ??= {}
    return node[step] as Open
  }, copy)
  if (value === undefined) delete parent[last]
  else parent[last] = value
  return copy
}
