import { isJsonObject, type JsonValue } from '../../src/core/json.ts'
import { aliasesOf, evalsOf, lookupsOf, reportsOf, type SplunkApp, type Stanza } from './conf.ts'
import { type Fields, type FieldValue, parseEval } from './eval.ts'

export interface SeenEvent {
  readonly fields: Fields
  readonly tags: readonly string[]
}

/**
 * What a search sees of an event, in Splunk's own order ("The sequence of search-time operations", help.splunk.com):
 * extractions by transforms, JSON fields, aliases, calculated fields beside one another, lookups, event types, tags.
 */
export function seen(app: SplunkApp, sourcetype: string, raw: string): SeenEvent {
  const stanza = app.props.get(sourcetype)
  if (stanza === undefined) return { fields: jsonFields(raw), tags: [] }
  const fields = stanza.get('KV_MODE') === 'json' ? jsonFields(raw) : new Map<string, FieldValue>()
  for (const name of reportsOf(stanza)) extract(app.transforms.get(name)!, raw, fields)
  for (const [from, to] of aliasesOf(stanza)) if (fields.has(from)) fields.set(to, fields.get(from)!)
  const calculated = evalsOf(stanza).map(([name, expression]) => [name, parseEval(expression)(fields)] as const)
  for (const [name, value] of calculated) {
    if (value === null) fields.delete(name)
    else fields.set(name, value)
  }
  lookUp(app, stanza, fields)
  const types = [...app.eventtypes].filter(([, eventtype]) => isFound(eventtype.get('search')!, sourcetype, fields)).map(([name]) => name)
  const tags = types.flatMap(name => [...(app.tags.get(`eventtype=${name}`)?.keys() ?? [])])
  return { fields, tags: [...new Set(tags)] }
}

/** KV_MODE = json: dotted names, `{}` behind those of lists; empty and null are no fields. */
export function jsonFields(raw: string): Fields {
  const fields: Fields = new Map()
  const spread = (path: string, value: JsonValue): void => {
    if (Array.isArray(value)) for (const item of value as readonly JsonValue[]) spread(`${path}{}`, item)
    else if (isJsonObject(value)) for (const key in value) spread(path === '' ? key : `${path}.${key}`, value[key]!)
    else if (value !== null && value !== '') {
      const known = fields.get(path)
      fields.set(path, known === undefined ? (value as string) : ([...[known].flat(), value] as string[]))
    }
  }
  spread('', JSON.parse(raw) as JsonValue)
  return fields
}

function extract(transform: Stanza, raw: string, fields: Fields): void {
  const found = new RegExp(transform.get('REGEX')!, 's').exec(raw)
  const [, name, group] = /^(\w+)::\$(\d)$/.exec(transform.get('FORMAT')!)!
  const value = found?.[Number(group)]
  if (value !== undefined) fields.set(name!, value)
}

function lookUp(app: SplunkApp, stanza: Stanza, fields: Fields): void {
  for (const { transform, input, overwritten, added } of lookupsOf(stanza)) {
    const key = fields.get(input)
    if (key === undefined) continue
    const definition = app.transforms.get(transform)!
    const row = app.lookup(definition.get('filename')!).find(candidate => candidate[input] === key)
    for (const name of overwritten) fields.set(name, row?.[name] ?? definition.get('default_match')!)
    for (const name of added) if (!fields.has(name)) fields.set(name, row?.[name] ?? definition.get('default_match')!)
  }
}

/** A search of terms `name=value` that have to hold together; `*` stands for anything at the end. */
function isFound(search: string, sourcetype: string, fields: Fields): boolean {
  return search.split(' ').every(term => {
    const [, name, value] = /^(\w+)="?([^"]+)"?$/.exec(term)!
    const has = name === 'sourcetype' ? sourcetype : fields.get(name!)
    return value!.endsWith('*') ? String(has).startsWith(value!.slice(0, -1)) : has === value
  })
}
