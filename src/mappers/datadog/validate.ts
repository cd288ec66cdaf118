import { isIP } from 'node:net'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'

/** What an attribute must be. */
type Rule = (value: JsonValue | undefined) => string | undefined

const text: Rule = value => (typeof value === 'string' && value !== '' ? undefined : 'a text')
const milliseconds: Rule = value => (Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'ms since 1970')
const address: Rule = value => (typeof value === 'string' && isIP(value) !== 0 ? undefined : 'an IP address')
const oneOf =
  (...words: readonly string[]): Rule =>
  value =>
    words.includes(value as string) ? undefined : words.join(' or ')
const TAG = /^[A-Za-z][^,]{0,199}$/
const tagList: Rule = value =>
  typeof value === 'string' && value.split(',').every(tag => TAG.test(tag))
    ? undefined
    : 'tags with commas between them, each of 1 to 200 characters'

/*
  Reserved attributes and "Default Standard Attributes" (docs.datadoghq.com/standard-attributes), statuses by "Log
  Status Remapper", dates by "Log Date Remapper"; `evt.category`, `evt.actor` and `asset` by "Audit Trail Events".
*/
const ATTRIBUTES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['ddsource', text],
  ['ddtags', tagList],
  ['service', text],
  ['hostname', text],
  ['date', milliseconds],
  ['status', oneOf('emerg', 'alert', 'critical', 'error', 'warning', 'notice', 'info', 'debug', 'ok')],
  ['message', text],
  ['evt.name', text],
  ['evt.category', oneOf('authentication', 'iam', 'configuration')],
  ['evt.outcome', oneOf('success', 'failure', 'unknown')],
  ['evt.actor.type', text],
  ['asset.type', text],
  ['asset.id', text],
  ['asset.name', text],
  ['usr.id', text],
  ['usr.email', text],
  ['usr.name', text],
  ['network.client.ip', address],
  ['network.client.geoip.country.iso_code', text],
  ['network.client.geoip.country.name', text],
  ['network.client.geoip.city.name', text],
  ['network.client.geoip.subdivision.name', text],
  ['network.client.geoip.subdivision.iso_code', text],
  ['http.useragent', text],
  ['error.kind', text],
  ['error.message', text],
])
const PARENTS: ReadonlySet<string> = new Set(
  [...ATTRIBUTES.keys()].flatMap(name => {
    const steps = name.split('.')
    return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join('.'))
  }),
)
const REQUIRED = ['ddsource', 'service', 'date', 'message', 'openai.audit.id']
/** Below it the attributes are ours to name, within Datadog's limit of nesting ("Log collection", attributes limits). */
const OWN = 'openai'
const LEVELS_MAX = 20

/** What is wrong with a log's reserved and standard attributes; empty if it is valid. */
export function validateDatadog(document: JsonObject): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  for (const path of REQUIRED) if (valueAt(document, path) === undefined) issues.add('field_missing', path, `a log needs ${path}`)
  for (const key in document) {
    if (key !== OWN) checkAttribute(key, document[key], issues)
    else if (!isJsonObject(document[key])) issues.add('wrong_type', key, `${key} must be an object, not ${described(document[key])}`)
    else if (!isNestedWithin(document[key], LEVELS_MAX - 1))
      issues.add('too_deep', key, `${key} is nested in more than ${LEVELS_MAX} levels`)
  }
  return issues.list
}

function valueAt(document: JsonObject, path: string): JsonValue | undefined {
  let value: JsonValue | undefined = document
  for (const step of path.split('.')) value = isJsonObject(value) ? value[step] : undefined
  return value
}

function checkAttribute(path: string, value: JsonValue | undefined, issues: SchemaIssues): void {
  const rule = ATTRIBUTES.get(path)
  if (rule !== undefined) {
    const wanted = rule(value)
    if (wanted === undefined) return
    const kind = typeof value === 'string' && value !== '' ? 'value_unknown' : 'wrong_type'
    issues.add(kind, path, `${path} must be ${wanted}, not ${described(value)}`)
  } else if (!PARENTS.has(path)) issues.add('field_unknown', path, `${path} is no standard attribute`)
  else if (!isJsonObject(value)) issues.add('wrong_type', path, `${path} must be an object, not ${described(value)}`)
  else if (Object.keys(value).length === 0) issues.add('wrong_type', path, `${path} is empty`)
  else for (const key in value) checkAttribute(`${path}.${key}`, value[key], issues)
}

function isNestedWithin(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every(inner => isNestedWithin(inner as JsonValue, levels - 1))
}
