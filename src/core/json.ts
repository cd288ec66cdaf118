import { endOfScalar, endOfText } from './json_text.ts'

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

/**
 * The value of a text that is JSON. As the standard says: of a name that stands twice, the first one's place and the last one's
 * value. Holds nothing but what it gives, for a text may have millions of values.
 */
function assembled(text: string, readScalar: ReadScalar = value => value): JsonValue {
  const whole: JsonValue[] = []
  const open: (JsonValue[] | object)[] = [whole]
  let name: string | undefined
  const put = (value: JsonValue) => {
    const container = open.at(-1)!
    if (Array.isArray(container)) container.push(value)
    // Not by assignment, which takes `__proto__` for something else.
    else Object.defineProperty(container, name!, { value, ...OWN_FIELD })
    name = undefined
  }
  for (let at = nextToken(text, 0); at < text.length; at = nextToken(text, at)) {
    const first = text[at]
    if (first === '{' || first === '[') {
      const container = first === '[' ? [] : {}
      put(container)
      open.push(container)
      at++
    } else if (first === '}' || first === ']') {
      open.pop()
      at++
    } else {
      const end = first === '"' ? endOfText(text, at)! : endOfScalar(text, at)
      const spelling = text.slice(at, end)
      const value = JSON.parse(spelling) as JsonValue
      if (first === '"' && name === undefined && !Array.isArray(open.at(-1))) name = value as string
      else put(readScalar(value, spelling))
      at = end
    }
  }
  return whole[0]!
}

function nextToken(text: string, start: number): number {
  BETWEEN.lastIndex = start
  BETWEEN.test(text)
  return BETWEEN.lastIndex
}

const BETWEEN = /[ \n\r\t,:]*/y

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
