import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'
import { isEmpty } from '../../record/values.ts'
import { attributeOf, type Inspection } from './inspection.ts'
import { validateObservables } from './observables_validate.ts'
import { type Attribute, type Item, type Schema, schemaOf, type ValueType } from './schema.ts'
import type { OcsfVersionName } from './versions.ts'

const OTHER = 99

/**
 * What OCSF refuses in an event; empty if it is valid. The checks and their names are those of the official
 * validator (ocsf/ocsf-server, `lib/schema/validator2.ex`), its warnings included, and beyond it: empty
 * values, and observables that are not in the event. Knows the classes that the mapper writes.
 */
export function validateOcsf(event: JsonObject, version: OcsfVersionName): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  const schema = schemaOf(version)
  const uid = event.class_uid
  const item = typeof uid === 'number' ? schema.classes.get(uid) : undefined
  if (item === undefined) {
    issues.add('class_uid_unknown', 'class_uid', `${described(uid)} is no class that this mapping writes`)
    return issues.list
  }
  const inspection: Inspection = { schema, profiles: profilesOf(event, schema, issues), issues }
  inspectItem(event, '', item, inspection)
  checkTypeUid(event, issues)
  const stated = isJsonObject(event.metadata) ? event.metadata.version : undefined
  if (stated !== schema.version) issues.add('version_incorrect', 'metadata.version', `must be ${schema.version}, not ${described(stated)}`)
  validateObservables(event, item, inspection)
  return issues.list
}

function profilesOf(event: JsonObject, schema: Schema, issues: SchemaIssues): ReadonlySet<string> {
  const stated = isJsonObject(event.metadata) ? event.metadata.profiles : undefined
  const names: readonly JsonValue[] = Array.isArray(stated) ? stated : []
  for (const name of names) {
    if (typeof name === 'string' && !schema.profiles.has(name)) issues.add('profile_unknown', 'metadata.profiles', `${name} is no profile`)
  }
  return new Set(names.filter(name => typeof name === 'string'))
}

function inspectItem(fields: JsonObject, prefix: string, item: Item, inspection: Inspection): void {
  if (item.isOpen) return
  const { issues } = inspection
  for (const key in fields) {
    const value = fields[key]
    if (value === undefined) continue
    const attribute = attributeOf(item, key, inspection)
    if (attribute === undefined) issues.add('attribute_unknown', prefix + key, `${prefix}${key} is not defined`)
    else inspectAttribute(value, prefix + key, attribute, fields, inspection)
  }
  for (const { name, isRequired } of item.attributes.values()) {
    const isMissing = isRequired && (fields[name] === undefined || fields[name] === null)
    if (isMissing && attributeOf(item, name, inspection) !== undefined) {
      issues.add('attribute_required_missing', prefix + name, `${prefix}${name} is required`)
    }
  }
  for (const { kind, names } of item.constraints) {
    const present = names.filter(name => fields[name] !== undefined).length
    if (kind === 'just_one' ? present !== 1 : present === 0) {
      issues.add('constraint_failed', prefix.slice(0, -1), `${kind} of ${names.join(', ')} is wanted; there are ${present}`)
    }
  }
}

function inspectAttribute(value: JsonValue, path: string, attribute: Attribute, parent: JsonObject, inspection: Inspection): void {
  const { issues } = inspection
  if (attribute.isDeprecated) issues.add('attribute_deprecated', path, `${path} is deprecated`)
  if (isEmpty(value)) issues.add('empty_value', path, `${path} is empty; leave it out`)
  if (attribute.isList !== Array.isArray(value) && attribute.type !== 'json_t') {
    issues.add('attribute_wrong_type', path, `${path} must be ${attribute.isList ? 'a list' : 'one value'}, not ${described(value)}`)
    return
  }
  if (!attribute.isList) inspectValue(value, path, attribute, inspection)
  else for (const [index, each] of (value as readonly JsonValue[]).entries()) inspectValue(each, `${path}[${index}]`, attribute, inspection)
  if (!attribute.isList) inspectEnum(value, path, attribute, parent, issues)
}

function inspectValue(value: JsonValue, path: string, attribute: Attribute, inspection: Inspection): void {
  const { schema, issues } = inspection
  if (attribute.objectName !== undefined) {
    const item = schema.objects.get(attribute.objectName)
    if (!isJsonObject(value)) issues.add('attribute_wrong_type', path, `${path} must be an object, not ${described(value)}`)
    else if (item === undefined) issues.add('object_unchecked', path, `${attribute.objectName} is no object that this mapping writes`)
    else inspectItem(value, `${path}.`, item, inspection)
    return
  }
  const type = schema.types.get(attribute.type!)!
  const fault = faultOf(value, type)
  if (fault !== undefined) issues.add(fault, path, `${path} must be ${attribute.type}, not ${described(value)}`)
}

/** The official validator's name for what is wrong with a value. Numbers in JSON text are checked apart: `1.0` and `1` are one here. */
function faultOf(value: JsonValue, type: ValueType): string | undefined {
  switch (type.primitive) {
    case 'json_t':
      return undefined
    case 'boolean_t':
      return typeof value === 'boolean' ? undefined : 'attribute_wrong_type'
    case 'float_t':
      return Number.isFinite(value) ? undefined : 'attribute_wrong_type'
    case 'string_t': {
      if (typeof value !== 'string') return 'attribute_wrong_type'
      if (type.charsMax !== undefined && value.length > type.charsMax && Array.from(value).length > type.charsMax)
        return 'attribute_value_exceeds_max_len'
      return type.pattern?.test(value) === false ? 'attribute_value_regex_not_matched' : undefined
    }
    default: {
      if (!Number.isSafeInteger(value)) return 'attribute_wrong_type'
      const [low, high] = type.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      return Number(value) < low || Number(value) > high ? 'attribute_value_exceeds_range' : undefined
    }
  }
}

function inspectEnum(value: JsonValue, path: string, attribute: Attribute, parent: JsonObject, issues: SchemaIssues): void {
  const { captions, sibling } = attribute
  if (captions === undefined || typeof value === 'object') return
  const caption = captions.get(String(value))
  if (caption === undefined) {
    issues.add('attribute_enum_value_unknown', path, `${path} has no value ${described(value)}`)
    return
  }
  if (attribute.deprecatedValues.has(String(value))) issues.add('attribute_enum_value_deprecated', path, `${caption} is deprecated`)
  const stated = sibling === undefined ? undefined : parent[sibling]
  // An "other" is told in the source's own words, in `activity_name` and so in `type_name`.
  if (stated !== undefined && stated !== caption && Number(value) % 100 !== OTHER) {
    issues.add('attribute_enum_sibling_incorrect', path, `${sibling} must be ${caption}, not ${described(stated)}`)
  }
}

function checkTypeUid({ class_uid: classUid, activity_id: activityId, type_uid: typeUid }: JsonObject, issues: SchemaIssues): void {
  if (typeof classUid !== 'number' || typeof activityId !== 'number') return
  const expected = classUid * 100 + activityId
  if (typeUid !== expected) issues.add('type_uid_incorrect', 'type_uid', `must be ${expected}, not ${described(typeUid)}`)
}
