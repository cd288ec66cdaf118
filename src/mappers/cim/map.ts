import type { JsonObject } from '../../core/json.ts'
import { PRODUCT } from '../../record/names.ts'
import type { Organization } from '../../record/options.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { Severity } from '../../record/severity.ts'
import { isEmpty, type OpenObject, object } from '../../record/values.ts'
import { AUTHENTICATION, tagsOf } from './datasets.ts'
import { setActor, setChangeUsers, setSource, setUser } from './parties.ts'

export interface CimContext {
  readonly includeOriginal: boolean
  severityOf(record: CommonRecord): Severity | undefined
  organizationOf(source: string): Organization | undefined
}

/** Sign-ins that name nobody; the data model would fill in the same word. */
const NOBODY = 'unknown'
const ATTRIBUTES_MAX = 100
const VERB_CHARS_MAX = 200

/**
 * Fields by the data models Authentication and Change of Splunk's Common Information Model 6; those that have
 * no name there stand at the end under names of our own. Flat, for Splunk reads fields by name.
 */
export function toCim(record: CommonRecord, context: CimContext): JsonObject {
  const tags = record.type === '' ? undefined : tagsOf(record)
  const fields: OpenObject = { _time: record.timeMs / 1000, event_id: record.id }
  if (tags !== undefined) {
    fields.event_type = record.type
    fields.tags = tags
    if (tags === AUTHENTICATION) setAuthentication(fields, record)
    else setChange(fields, record)
  } else setUser(fields, record)
  fields.vendor_product = PRODUCT
  const organization = context.organizationOf(record.event.source)
  if (organization?.id !== undefined) fields.vendor_account = organization.id
  setSource(fields, record.actor)
  fields.message = record.sentence
  setOwn(fields, record, context, organization)
  return fields
}

/** CIM: success, failure, pending or error. */
const ACTIONS = { success: 'success', failure: 'failure', unknown: 'pending' } as const

function setAuthentication(fields: OpenObject, record: CommonRecord): void {
  const { row, target, errorCode, errorMessage } = record
  fields.action = ACTIONS[record.outcome]
  fields.app = PRODUCT
  fields.dest = PRODUCT
  fields.signature = record.type
  fields.signature_id = String(row.ocsf[0]!.typeUid)
  setUser(fields, record)
  if (fields.user === undefined) fields.user = target.name ?? target.id ?? NOBODY
  const reason = errorMessage ?? errorCode
  if (reason !== undefined) fields.reason = reason
  if (errorCode !== undefined) fields.reason_id = errorCode
}

function setChange(fields: OpenObject, record: CommonRecord): void {
  const { row, target, errorCode, errorMessage } = record
  fields.action = changeAction(record)
  fields.change_type = row.category.includes('iam') ? 'AAA' : row.entityKey
  fields.command = record.type
  fields.dest = PRODUCT
  fields.dvc = PRODUCT
  if (record.outcome !== 'unknown') fields.status = record.outcome
  const result = errorMessage ?? errorCode
  if (result !== undefined) fields.result = result
  if (errorCode !== undefined) fields.result_id = errorCode
  setChangeUsers(fields, record)
  const name = target.name ?? target.id
  if (name !== undefined) fields.object = name
  if (target.id !== undefined) fields.object_id = target.id
  fields.object_category = target.kind
  const attributes = attributesOf(record)
  if (attributes !== '') fields.object_attrs = attributes
  if (target.roles.length > 0) fields.object_roles = target.roles.join(', ')
}

const ACCESS_CONTROLS: ReadonlySet<string> = new Set([
  'role',
  'role_assignment',
  'resource_role_assignment',
  'resource_access',
  'ip_allowlist',
])
const CHANGES: Readonly<Record<number, string>> = { 1: 'created', 2: 'read', 3: 'modified', 4: 'deleted' }

/** Roles, their assignments and allowlists are access control lists; of all else, what was done, in CIM's word or the type's own. */
function changeAction({ row, type }: CommonRecord): string {
  if (ACCESS_CONTROLS.has(row.entityKey)) return 'acl_modified'
  const verb = type.slice(type.lastIndexOf('.') + 1)
  // The row's last class is Entity Management: a member that was added is a group that was modified.
  return CHANGES[row.ocsf.at(-1)!.activityId] ?? (safeText(verb.slice(0, VERB_CHARS_MAX)) || 'unknown')
}

/** The data model takes no value with a quotation mark in it. */
const safeText = (text: string) => text.replaceAll('"', "'").toWellFormed()

/** Names of what changed. One text, for Splunk would name a list `object_attrs{}`. */
function attributesOf({ details }: CommonRecord): string {
  const changes = object(details?.changes_requested) ?? object(details?.data)
  if (changes === undefined) return ''
  const names = Object.keys(changes).filter(key => key !== '' && !isEmpty(changes[key]))
  return safeText(names.slice(0, ATTRIBUTES_MAX).join(', '))
}

/** What CIM has no field for. */
function setOwn(fields: OpenObject, record: CommonRecord, context: CimContext, organization: Organization | undefined): void {
  const severity = context.severityOf(record)
  if (severity !== undefined) fields.severity = severity.name
  fields.observed_time = record.receivedMs / 1000
  if (organization?.name !== undefined) fields.vendor_account_name = organization.name
  if (record.projectId !== undefined) fields.project_id = record.projectId
  if (record.projectName !== undefined) fields.project_name = record.projectName
  setActor(fields, record.actor)
  if (record.object !== undefined) fields.object_type = record.object
  if (record.details !== undefined) fields.details = record.details
  if (record.unknown !== undefined || record.misfits !== undefined) fields.unmapped = { ...record.unknown, ...record.misfits }
  if (context.includeOriginal) fields.original = record.event.text
}
