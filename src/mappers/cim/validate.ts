import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { described, type SchemaIssue, SchemaIssues } from '../../record/schema_issue.ts'

/*
  Splunk Common Information Model 6, "Authentication" and "Change" (help.splunk.com, Common Information Model,
  Data models): names, types and prescribed values of the fields. Those that Splunk derives by itself (tag,
  *_bunit, *_category, *_priority) are not for a sender to write.
*/
const BOTH = ['action', 'dest', 'src', 'user', 'user_agent', 'user_name', 'user_type', 'src_user', 'src_user_type', 'vendor_account']
const AUTHENTICATION =
  'app authentication_method authentication_service duration reason response_time signature signature_id user_id user_role'
const CHANGE =
  'change_type command dvc object object_attrs object_category object_id object_path result result_id src_user_name status vendor_region'
/** Ours: what no data model has a name for. */
const OWN = (
  'event_id event_type message severity vendor_product vendor_account_name project_id project_name actor_type api_key_id api_key_type ' +
  'service_account_id object_type object_roles reason_id user_id src_user_id src_ip src_country src_city src_region src_region_code ja3 ja4 original'
).split(' ')
const OWN_NUMBERS: ReadonlySet<string> = new Set(['_time', 'observed_time', 'src_lat', 'src_long', 'src_asn'])
const OWN_OBJECTS: ReadonlySet<string> = new Set(['details', 'unmapped'])
const TAGS: ReadonlySet<string> = new Set(['authentication', 'change', 'account', 'audit'])

interface DataSet {
  readonly name: string
  readonly fields: ReadonlySet<string>
  readonly required: readonly string[]
  readonly values: Readonly<Record<string, readonly string[]>>
}

const named = (text: string) => new Set([...BOTH, ...text.split(' '), ...OWN])
/** Required is what can always be told. For what a record does not tell, such as `src`, the data model itself writes `unknown`. */
const DATA_SETS: Readonly<Record<string, DataSet>> = {
  authentication: {
    name: 'Authentication',
    fields: named(AUTHENTICATION),
    required: ['action', 'app', 'dest', 'user', 'signature', 'signature_id', 'vendor_product'],
    values: { action: ['success', 'failure', 'pending', 'error'] },
  },
  change: {
    name: 'Change',
    fields: named(CHANGE),
    required: ['action', 'change_type', 'command', 'dest', 'dvc', 'object_category', 'vendor_product'],
    values: { status: ['success', 'failure'] },
  },
}
/** For a record without a type: no data set takes it. */
const NO_DATA_SET: DataSet = { name: 'an event without tags', fields: new Set([...BOTH, ...OWN]), required: [], values: {} }

/** What the data models refuse in a flat event; empty if it is valid. */
export function validateCim(document: JsonObject): readonly SchemaIssue[] {
  const issues = new SchemaIssues()
  const dataSet = dataSetOf(document.tags, issues)
  for (const field of ['_time', 'event_id', 'message', ...dataSet.required]) {
    if (document[field] === undefined) issues.add('field_missing', field, `${dataSet.name} requires ${field}`)
  }
  for (const field in document) checkField(field, document[field], dataSet, issues)
  for (const field in dataSet.values) {
    const value = document[field]
    if (value !== undefined && !dataSet.values[field]!.includes(value as string)) {
      issues.add('value_unknown', field, `${field} of ${dataSet.name} is ${dataSet.values[field]!.join(' or ')}, not ${described(value)}`)
    }
  }
  if (dataSet.fields.has('object_attrs')) checkQuotes(document, issues)
  return issues.list
}

function dataSetOf(tags: JsonValue | undefined, issues: SchemaIssues): DataSet {
  if (tags === undefined) return NO_DATA_SET
  const dataSet = Array.isArray(tags) && typeof tags[0] === 'string' ? DATA_SETS[tags[0]] : undefined
  if (dataSet === undefined) {
    issues.add('value_unknown', 'tags', `tags begin with authentication or change, not ${described(tags)}`)
    return NO_DATA_SET
  }
  for (const tag of tags as readonly JsonValue[]) {
    if (!TAGS.has(tag as string)) issues.add('value_unknown', 'tags', `${described(tag)} is no tag of these data models`)
  }
  return dataSet
}

function checkField(field: string, value: JsonValue | undefined, dataSet: DataSet, issues: SchemaIssues): void {
  if (field === 'tags') return
  if (OWN_NUMBERS.has(field)) {
    if (!Number.isFinite(value)) issues.add('wrong_type', field, `${field} must be a number, not ${described(value)}`)
  } else if (OWN_OBJECTS.has(field)) {
    if (!isJsonObject(value)) issues.add('wrong_type', field, `${field} must be an object, not ${described(value)}`)
  } else if (!dataSet.fields.has(field)) {
    issues.add('field_unknown', field, `${field} is no field of ${dataSet.name}`)
  } else if (typeof value !== 'string' || value === '') {
    issues.add('wrong_type', field, `${field} must be a text, not ${described(value)}`)
  }
}

/** The data model Change leaves out an action or list of attributes with a quotation mark in it. */
function checkQuotes(document: JsonObject, issues: SchemaIssues): void {
  for (const field of ['action', 'object_attrs']) {
    const value = document[field]
    if (typeof value === 'string' && value.includes('"'))
      issues.add('value_unknown', field, `${field} must hold no quotation mark: ${described(value)}`)
  }
}
