import { isJsonObject, type JsonObject } from '../../core/json.ts'
import { isEmpty, type OpenObject, object, setField } from '../../record/values.ts'

const UNMAPPED = 'openai.audit.unmapped'
/** Values that are one field in Elasticsearch although they are objects. */
const WHOLE: ReadonlySet<string> = new Set(['source.geo.location', 'openai.audit.details', UNMAPPED])

/** The same document with dotted names at one level. Of two values that come to one name, the second goes to `openai.audit.unmapped`. */
export function flatten(document: JsonObject): JsonObject {
  const flat: OpenObject = {}
  const collided: OpenObject = {}
  spread(flat, '', document, collided)
  if (!isEmpty(collided)) flat[UNMAPPED] = { ...object(flat[UNMAPPED]), ...collided }
  return flat
}

function spread(flat: OpenObject, prefix: string, fields: JsonObject, collided: OpenObject): void {
  for (const key in fields) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    const value = fields[key]!
    if (isJsonObject(value) && !WHOLE.has(path)) spread(flat, path, value, collided)
    else setField(Object.hasOwn(flat, path) ? collided : flat, path, value)
  }
}
