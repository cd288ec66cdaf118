import { isJsonObject, type JsonValue } from '../../core/json.ts'

/** What is nested deeper is taken as one value. */
const LEVELS_MAX = 64

/** The values of a document by their path, as JSON; a list of texts or numbers is one value. */
export function fieldsOf(document: JsonValue): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  spread(fields, '', document, LEVELS_MAX)
  return fields
}

function spread(fields: Map<string, string>, path: string, value: JsonValue, levels: number): void {
  if (levels > 0 && isJsonObject(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) spread(fields, stepTo(path, key), inner!, levels - 1)
  } else if (levels > 0 && Array.isArray(value) && value.some(item => typeof item === 'object' && item !== null)) {
    const names = namesOf(value as readonly JsonValue[])
    for (const [index, inner] of (value as readonly JsonValue[]).entries()) spread(fields, `${path}[${names[index]}]`, inner, levels - 1)
  } else fields.set(path, JSON.stringify(value))
}

/** What entries of a list are called: by their `name` where each has one of its own, so that one more or less moves no other. */
function namesOf(list: readonly JsonValue[]): readonly string[] {
  const names = list.map(item => (isJsonObject(item) && typeof item.name === 'string' ? JSON.stringify(item.name) : undefined))
  const isNamed = !names.includes(undefined) && new Set(names).size === names.length
  return list.map((_, index) => (isNamed ? names[index]! : String(index)))
}

/** `actor.user`; a name with a dot in brackets: `["a.b"]`. */
export function stepTo(path: string, key: string): string {
  if (!/^[^.[\]"*\s]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** The fields that are there in both and differ, and those that only the first has. */
export function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly string[] {
  return [...before].filter(([path, value]) => after.get(path) !== value).map(([path]) => path)
}
