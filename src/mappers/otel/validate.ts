import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'

/** The attributes of semantic conventions 1.44.0 that audit events use, with their types. */
const CONVENTIONS: ReadonlyMap<string, 'string' | 'number'> = new Map([
  ['log.record.uid', 'string'],
  ['log.record.original', 'string'],
  ['user.id', 'string'],
  ['user.email', 'string'],
  ['user.name', 'string'],
  ['client.address', 'string'],
  ['geo.country.iso_code', 'string'],
  ['geo.locality.name', 'string'],
  ['geo.region.iso_code', 'string'],
  ['geo.location.lat', 'number'],
  ['geo.location.lon', 'number'],
  ['user_agent.original', 'string'],
  ['tls.client.ja3', 'string'],
  ['error.type', 'string'],
])
/** Ours: the naming rules leave a name of its own to each vendor. */
const VENDOR = /^openai\.[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/
const MAPS: ReadonlySet<string> = new Set(['openai.audit.details', 'openai.audit.unmapped'])
const FIELDS = ['timeUnixNano', 'observedTimeUnixNano', 'severityNumber', 'eventName', 'body', 'attributes', 'resource']
const UINT64_MAX = 2n ** 64n - 1n

/** What the log data model and the conventions refuse in a record written flat; empty if it is valid. */
export function validateOtel(document: JsonObject): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  for (const key in document) if (!FIELDS.includes(key)) issues.add('field_unknown', key, `${key} is no field of a log record`)
  for (const key of ['timeUnixNano', 'observedTimeUnixNano']) {
    if (!isTime(document[key])) issues.add('wrong_type', key, `${key} must be nanoseconds as text, not ${described(document[key])}`)
  }
  const { severityNumber, eventName, body } = document
  if (severityNumber !== undefined && !isSeverity(severityNumber)) {
    issues.add('value_unknown', 'severityNumber', `severityNumber must be 1 to 24, not ${described(severityNumber)}`)
  }
  if (eventName !== undefined && !isText(eventName)) issues.add('wrong_type', 'eventName', 'eventName must be a text')
  if (!isText(body)) issues.add('wrong_type', 'body', `the body of an event must be a text, not ${described(body)}`)
  checkAttributes(document.attributes, 'attributes', issues)
  checkResource(document.resource, issues)
  return issues.list
}

const isText = (value: JsonValue | undefined) => typeof value === 'string' && value !== ''
const isSeverity = (value: JsonValue) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 24
const isTime = (value: JsonValue | undefined) => typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) <= UINT64_MAX

function checkAttributes(value: JsonValue | undefined, path: string, issues: SchemaIssues): void {
  if (!isJsonObject(value)) {
    issues.add('wrong_type', path, `${path} must be an object, not ${described(value)}`)
    return
  }
  for (const name in value) {
    const type = CONVENTIONS.get(name)
    const attribute = value[name]
    if (type === undefined && !VENDOR.test(name))
      issues.add('field_unknown', `${path}.${name}`, `${name} is no attribute of the conventions`)
    else if (MAPS.has(name) ? !isJsonObject(attribute) : !isScalar(attribute, type)) {
      issues.add(
        'wrong_type',
        `${path}.${name}`,
        `${name} must be ${MAPS.has(name) ? 'a map' : (type ?? 'a text or number')}, not ${described(attribute)}`,
      )
    }
  }
}

function isScalar(value: JsonValue | undefined, type: string | undefined): boolean {
  return type === 'number' || (type === undefined && typeof value === 'number') ? Number.isFinite(value) : isText(value)
}

function checkResource(resource: JsonValue | undefined, issues: SchemaIssues): void {
  if (!isJsonObject(resource) || !isText(resource['service.name'])) {
    issues.add('field_missing', 'resource.service.name', 'a resource names its service')
    return
  }
  for (const name in resource) {
    const isKnown = name === 'service.name' || VENDOR.test(name)
    if (!isKnown || !isText(resource[name])) issues.add('field_unknown', `resource.${name}`, `${name} is no attribute of the resource`)
  }
}
