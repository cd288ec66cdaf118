import { hash } from 'node:crypto'
import type { JsonObject } from '../../core/json.ts'
import type { Activity } from '../../record/classes.ts'
import { boundDepth } from '../../record/depth.ts'
import { exactBody } from '../../record/exact.ts'
import { PRODUCT } from '../../record/names.ts'
import type { MapperOptions, Organization } from '../../record/options.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { Severity } from '../../record/severity.ts'
import { isEmpty, type OpenObject } from '../../record/values.ts'
import { type ClassFields, FILL } from './classes.ts'
import { endpointOf, NOWHERE } from './endpoint.ts'
import { observablesOf } from './observables.ts'
import { unmappedOf } from './unmapped.ts'
import { actorObject } from './user.ts'
import type { OcsfVersion } from './versions.ts'

export interface OcsfContext {
  readonly version: OcsfVersion
  readonly includeOriginal: boolean
  readonly clock: MapperOptions['clock']
  severityOf(record: CommonRecord): Severity | undefined
  techniquesOf(record: CommonRecord): readonly string[]
  organizationOf(source: string): Organization | undefined
}

const STATUS = {
  success: { id: 1, caption: 'Success' },
  failure: { id: 2, caption: 'Failure' },
  unknown: { id: 0, caption: 'Unknown' },
} as const
const SOURCE_PRODUCT = { name: PRODUCT, vendor_name: 'OpenAI', feature: { name: 'Audit Logs' } }

/** Attributes by the schema of the version (ocsf/ocsf-schema); what it has no place for stands under `unmapped`. */
export function toOcsf(record: CommonRecord, context: OcsfContext): JsonObject {
  const { version } = context
  const isTyped = record.type !== ''
  const actor = isTyped ? actorObject(record.actor, version) : undefined
  const [activity, filled] = chosenClass(record, version, actor)
  const { endpoint, rest } = isTyped ? endpointOf(record.actor, version) : NOWHERE
  const organization = context.organizationOf(record.event.source)
  const attacks = version.attacks ? attacksOf(context.techniquesOf(record)) : undefined

  const event = head(record, activity, context.severityOf(record))
  if (actor !== undefined) event.actor = actor
  if (endpoint !== undefined) event.src_endpoint = endpoint
  if (isTyped && record.actor.userAgent !== undefined) event.http_request = { user_agent: record.actor.userAgent }
  event.cloud = cloudOf(record, organization)
  const isHostActor = actor !== undefined && version.hostActorClasses.has(activity.classUid)
  event.metadata = metadataOf(record, context, organization, profilesOf(isHostActor, attacks !== undefined))
  if (context.includeOriginal) setOriginal(event, record.event.text, version)
  setClassFields(event, filled)
  if (record.errorCode !== undefined) event.status_code = record.errorCode
  if (record.errorMessage !== undefined) event.status_detail = record.errorMessage
  if (attacks !== undefined) event.attacks = attacks
  const unmapped = isTyped ? unmappedOf(record, filled.details, rest, actor) : (boundDepth(exactBody(record.event)) as OpenObject)
  if (!isEmpty(unmapped)) event.unmapped = unmapped!
  const observables = observablesOf(event, version)
  if (observables !== undefined) event.observables = observables
  return event
}

/** The first class of the row that the record can fill. Any record fills the last: Entity Management, or the base event. */
function chosenClass(record: CommonRecord, version: OcsfVersion, actor: OpenObject | undefined): readonly [Activity, ClassFields] {
  for (const activity of record.row.ocsf) {
    const filled = FILL[activity.classUid]!(record, version, actor)
    if (filled !== undefined) return [activity, filled]
  }
  throw new Error(`No class of OCSF can be filled with ${record.type}`)
}

/** Sets each attribute by its name: an object that is filled by copying is written at half the speed. */
function setClassFields(event: OpenObject, filled: ClassFields): void {
  const { user, group, privileges, resource, resources, entity, entityResult, service } = filled
  if (user !== undefined) event.user = user
  if (group !== undefined) event.group = group
  if (privileges !== undefined) event.privileges = privileges
  if (resource !== undefined) event.resource = resource
  if (resources !== undefined) event.resources = resources
  if (entity !== undefined) event.entity = entity
  if (entityResult !== undefined) event.entity_result = entityResult
  if (service !== undefined) {
    event.service = service
    event.is_remote = true
  }
}

function head(record: CommonRecord, activity: Activity, severity: Severity | undefined): OpenObject {
  const status = STATUS[record.outcome]
  const isTyped = activity.classUid !== 0
  return {
    activity_id: activity.activityId,
    activity_name: activity.activityName,
    category_uid: isTyped ? 3 : 0,
    category_name: isTyped ? 'Identity & Access Management' : 'Uncategorized',
    class_uid: activity.classUid,
    class_name: activity.className,
    type_uid: activity.typeUid,
    type_name: activity.typeName,
    severity_id: severity?.id ?? 0,
    severity: severity?.caption ?? 'Unknown',
    status_id: status.id,
    status: status.caption,
    time: record.timeMs,
    message: record.sentence,
  }
}

/** A project is an account of the cloud; the record does not tell the organization. */
function cloudOf(record: CommonRecord, organization: Organization | undefined): OpenObject {
  const cloud: OpenObject = { provider: 'OpenAI' }
  if (organization?.id !== undefined || organization?.name !== undefined) {
    const org: OpenObject = {}
    if (organization.id !== undefined) org.uid = organization.id
    if (organization.name !== undefined) org.name = organization.name
    cloud.org = org
  }
  if (record.projectId !== undefined || record.projectName !== undefined) {
    const account: OpenObject = {}
    if (record.projectId !== undefined) account.uid = record.projectId
    if (record.projectName !== undefined) account.name = record.projectName
    account.type_id = 99
    account.type = 'OpenAI Project'
    cloud.account = account
  }
  return cloud
}

function metadataOf(
  record: CommonRecord,
  { version, clock }: OcsfContext,
  organization: Organization | undefined,
  profiles: readonly string[],
): OpenObject {
  const metadata: OpenObject = { version: version.version, uid: record.id }
  if (record.hasOwnId && version.originalEventUid) metadata.original_event_uid = record.id
  if (record.type !== '') metadata.event_code = record.type
  if (record.originalTime !== undefined) metadata.original_time = record.originalTime
  metadata.logged_time = record.receivedMs
  metadata.processed_time = clock.now()
  metadata.log_name = 'audit_logs'
  metadata.log_provider = 'OpenAI'
  if (version.logFormat) metadata.log_format = 'JSON'
  metadata.log_version = 'v1'
  metadata.profiles = profiles
  if (organization?.id !== undefined) metadata.tenant_uid = organization.id
  metadata.product = SOURCE_PRODUCT
  return metadata
}

const PROFILES = [['cloud'], ['cloud', 'host'], ['cloud', 'security_control'], ['cloud', 'host', 'security_control']]
function profilesOf(host: boolean, securityControl: boolean): readonly string[] {
  return PROFILES[(host ? 1 : 0) + (securityControl ? 2 : 0)]!
}

/** The record's text, byte for byte (invariant 3), and the evidence that it is. */
function setOriginal(event: OpenObject, text: string, version: OcsfVersion): void {
  if (text.length <= version.textCharsMax) event.raw_data = text
  if (version.rawDataSize) event.raw_data_size = Buffer.byteLength(text)
  if (version.rawDataHash) event.raw_data_hash = { algorithm_id: 3, algorithm: 'SHA-256', value: hash('sha256', text) }
}

function attacksOf(ids: readonly string[]): readonly OpenObject[] | undefined {
  if (ids.length === 0) return undefined
  return ids.map(id => {
    const technique: OpenObject = { technique: { uid: id.split('.')[0]! } }
    if (id.includes('.')) technique.sub_technique = { uid: id }
    return technique
  })
}
