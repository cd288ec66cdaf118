import type { JsonObject } from '../../core/json.ts'
import type { Organization } from '../../record/options.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { Severity } from '../../record/severity.ts'
import { type OpenObject, setField } from '../../record/values.ts'
import { groupFields, relatedFields, sourceFields, userFields } from './parties.ts'
import { threatFields } from './threat.ts'

export interface EcsContext {
  readonly namespace: string
  readonly includeOriginal: boolean
  actionOf(type: string): string
  severityOf(record: CommonRecord): Severity | undefined
  techniquesOf(record: CommonRecord): readonly string[]
  organizationOf(source: string): Organization | undefined
}

const ECS = { version: '9.4.0' }
const OBSERVER = { vendor: 'OpenAI', product: 'OpenAI' }
const DATASET = 'openai.audit'
const UNKNOWN_TYPE_TAGS = ['openai_unknown_event_type']

/** Fields by the ECS 9.4.0 field reference; what ECS has no field for stands under `openai.audit`. */
export function toEcs(record: CommonRecord, context: EcsContext): JsonObject {
  const { actor } = record
  const document: OpenObject = {
    '@timestamp': new Date(record.timeMs).toISOString(),
    ecs: ECS,
    message: record.sentence,
    data_stream: { type: 'logs', dataset: DATASET, namespace: context.namespace },
    event: eventFields(record, context),
    observer: OBSERVER,
  }
  if (!record.known && record.type !== '') document.tags = UNKNOWN_TYPE_TAGS
  const error = errorFields(record)
  if (error !== undefined) document.error = error
  const organization = context.organizationOf(record.event.source)
  if (organization !== undefined) setNamed(document, 'organization', organization.id, organization.name)
  if (record.projectId !== undefined || record.projectName !== undefined) {
    const cloud: OpenObject = { provider: 'openai' }
    setNamed(cloud, 'project', record.projectId, record.projectName)
    document.cloud = cloud
  }
  const user = userFields(record)
  if (user !== undefined) document.user = user
  const group = groupFields(record)
  if (group !== undefined) document.group = group
  const source = sourceFields(actor)
  if (source !== undefined) document.source = source
  if (actor.userAgent !== undefined) document.user_agent = { original: actor.userAgent }
  if (actor.ja3 !== undefined) document.tls = { client: { ja3: actor.ja3 } }
  const related = relatedFields(record)
  if (related !== undefined) document.related = related
  const techniques = context.techniquesOf(record)
  if (techniques.length > 0) document.threat = threatFields(techniques)
  document.openai = { audit: auditFields(record) }
  return document
}

function eventFields(record: CommonRecord, context: EcsContext): OpenObject {
  const { row } = record
  const severity = context.severityOf(record)
  const event: OpenObject =
    severity === undefined
      ? { kind: 'pipeline_error', id: record.id, module: 'openai', dataset: DATASET }
      : {
          kind: 'event',
          category: row.category,
          type: record.eventType,
          action: context.actionOf(record.type),
          outcome: record.outcome,
          id: record.id,
          module: 'openai',
          dataset: DATASET,
          severity: severity.ecs,
        }
  event.created = new Date(record.receivedMs).toISOString()
  if (context.includeOriginal) event.original = record.event.text
  if (record.errorMessage !== undefined) event.reason = record.errorMessage
  return event
}

function errorFields(record: CommonRecord): OpenObject | undefined {
  const { errorCode, errorMessage } = record
  if (record.type === '') return { message: 'The record is no JSON object with a type.' }
  if (errorCode === undefined && errorMessage === undefined) return undefined
  const error: OpenObject = {}
  if (errorCode !== undefined) error.code = errorCode
  if (errorMessage !== undefined) error.message = errorMessage
  return error
}

function setNamed(parent: OpenObject, key: string, id: string | undefined, name: string | undefined): void {
  if (id === undefined && name === undefined) return
  const named: OpenObject = {}
  if (id !== undefined) named.id = id
  if (name !== undefined) named.name = name
  parent[key] = named
}

/** Names under `openai.audit` that are ours; an unknown field of that name goes to `unmapped`. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'object', 'actor', 'project', 'details', 'target', 'unmapped'])

function auditFields(record: CommonRecord): OpenObject {
  const { actor, target, unknown, misfits } = record
  const audit: OpenObject = {}
  let unmapped: OpenObject | undefined = misfits === undefined ? undefined : { ...misfits }
  for (const key of record.unknownFields) {
    if (!isFieldName(key) || isTaken(key, unknown!)) {
      unmapped ??= {}
      setField(unmapped, key, unknown![key]!)
    } else audit[key] = unknown![key]!
  }
  audit.id = record.id
  if (record.type !== '') audit.type = record.type
  if (record.object !== undefined) audit.object = record.object
  const who = actorFields(actor)
  if (who !== undefined) audit.actor = who
  setNamed(audit, 'project', record.projectId, record.projectName)
  if (record.details !== undefined) audit.details = record.details
  if (unmapped !== undefined) audit.unmapped = unmapped
  if (record.type !== '') {
    const acted: OpenObject = {}
    if (target.id !== undefined) acted.id = target.id
    if (target.name !== undefined) acted.name = target.name
    acted.type = target.kind
    audit.target = acted
  }
  return audit
}

/** `actor.type`, and `a.b` beside `a`, are places within another field: Elasticsearch makes objects of names with dots. */
function isTaken(key: string, unknown: Readonly<OpenObject>): boolean {
  for (let dot = key.indexOf('.'); dot !== -1; dot = key.indexOf('.', dot + 1)) {
    const outer = key.slice(0, dot)
    if (OWN_FIELDS.has(outer) || Object.hasOwn(unknown, outer)) return true
  }
  return OWN_FIELDS.has(key)
}

/** Whether Elasticsearch takes it as the name of a field: parts between dots must not be empty. */
function isFieldName(key: string): boolean {
  return key.length <= 200 && /^[^.\s]+(\.[^.\s]+)*$/.test(key) && key !== '__proto__'
}

function actorFields(actor: CommonRecord['actor']): OpenObject | undefined {
  const { kind, ja4, keyId, keyKind, serviceAccountId } = actor
  const fields: OpenObject = {}
  if (kind !== undefined) fields.type = kind
  if (ja4 !== undefined) fields.session = { ja4 }
  if (keyId !== undefined || keyKind !== undefined || serviceAccountId !== undefined) {
    const key: OpenObject = {}
    if (keyId !== undefined) key.id = keyId
    if (keyKind !== undefined) key.type = keyKind
    if (serviceAccountId !== undefined) key.service_account = { id: serviceAccountId }
    fields.api_key = key
  }
  return kind === undefined && ja4 === undefined && fields.api_key === undefined ? undefined : fields
}
