import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { type OpenObject, setField } from '../../record/values.ts'

/** Values that are one field in Elasticsearch although they are objects. */
const WHOLE: ReadonlySet<string> = new Set(['source.geo.location', 'openai.audit.details', 'openai.audit.unmapped'])

/** The same document with dotted names at one level. */
export function flatten(document: JsonObject): JsonObject {
  const flat: OpenObject = {}
  spread(flat, '', document)
  return flat
}

function spread(flat: OpenObject, prefix: string, fields: JsonObject): void {
  for (const key in fields) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    const value = fields[key]!
    if (isJsonObject(value) && !WHOLE.has(path)) spread(flat, path, value)
    else setField(flat, path, value)
  }
}
