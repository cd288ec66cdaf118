import { decoded, endOfText, type JsonNode, scanJson } from './json_text.ts'

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** Given each value that is no object and no list, and how it is written; gives what shall stand for it. */
export type ReadScalar = (value: JsonValue, spelling: string) => JsonValue

/**
 * Reads a JSON text, nested to any depth. Throws `SyntaxError`.
 *
 * `JSON.parse` alone would not do: V8 12.8 to 14.6 takes a name that is written with an escape for another one it has met, if
 * that one is what the escape's first characters spell (`{"\"": 1}` becomes `{"\\": 1}`; https://github.com/nodejs/node/issues/63785),
 * which renames a field of an event, or loses it to the other. Texts with such a name are put together value by value.
 */
export function parseJson(text: string, readScalar?: ReadScalar): JsonValue {
  if (!hasEscapedName(text)) {
    if (readScalar === undefined) return JSON.parse(text) as JsonValue
    const revive: Reviver = (_, value, { source }) => (source === undefined ? value : readScalar(value, source))
    return JSON.parse(text, revive as (name: string, value: JsonValue) => JsonValue) as JsonValue
  }
  JSON.parse(text) // Throws where it is no JSON.
  return assembled(text, readScalar)
}

/** TypeScript does not know the third parameter yet. */
type Reviver = (name: string, value: JsonValue, context: { readonly source?: string }) => JsonValue

/** In JSON, a backslash stands in texts alone, and a text with a colon after it is a name. */
function hasEscapedName(text: string): boolean {
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', at)) {
    at = endOfText(text, at) ?? text.length
    BEFORE_VALUE.lastIndex = at
    if (BEFORE_VALUE.test(text)) return true
  }
  return false
}

const BEFORE_VALUE = /[ \n\r\t]*:/y

/** As the standard says: of a name that stands twice, the first one's place and the last one's value. */
function assembled(text: string, readScalar: ReadScalar = value => value): JsonValue {
  const unfilled = new Map<JsonNode, JsonValue[] | object>()
  const begun = (node: JsonNode): JsonValue => {
    const spelling = text.slice(node.start, node.end)
    if (node.kind === 'text' || node.kind === 'other') return readScalar(JSON.parse(spelling) as JsonValue, spelling)
    const container = node.kind === 'list' ? [] : {}
    unfilled.set(node, container)
    return container
  }
  const value = begun(scanJson(text))
  for (const [node, container] of unfilled) {
    for (const child of node.children) {
      if (Array.isArray(container)) container.push(begun(child))
      // Not by assignment, which takes `__proto__` for something else.
      else Object.defineProperty(container, decoded(text, child.key!), { value: begun(child), ...OWN_FIELD })
    }
  }
  return value
}

const OWN_FIELD = { configurable: true, enumerable: true, writable: true } as const

/** The JSON object that the text is; undefined when it is anything else. */
export function parseJsonObject(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
