import type { JsonObject } from '../../core/json.ts'
import { eventNameOf, SERVICE_NAME } from '../../record/names.ts'
import type { Organization } from '../../record/options.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { Severity } from '../../record/severity.ts'
import { RECORD_OBJECT } from '../../record/shape.ts'
import type { OpenObject } from '../../record/values.ts'

export interface OtelContext {
  readonly includeOriginal: boolean
  severityOf(record: CommonRecord): Severity | undefined
  organizationOf(source: string): Organization | undefined
}

/** `error.type` of a failure that has no code of its own. */
const OTHER_ERROR = '_OTHER'

export function toOtel(record: CommonRecord, context: OtelContext): JsonObject {
  const organization = context.organizationOf(record.event.source)
  const severity = context.severityOf(record)
  const document: OpenObject = {
    timeUnixNano: nanoseconds(record.timeMs),
    observedTimeUnixNano: nanoseconds(record.receivedMs),
  }
  if (severity !== undefined) document.severityNumber = severity.otel
  if (record.type !== '') document.eventName = eventNameOf(record.type)
  document.body = record.sentence
  document.attributes = attributesOf(record, context)
  document.resource =
    organization?.id === undefined
      ? { 'service.name': SERVICE_NAME }
      : { 'service.name': SERVICE_NAME, 'openai.organization.id': organization.id }
  return document
}

function nanoseconds(ms: number): string {
  return ms === 0 ? '0' : [ms, '000000'].join('') // JSON.stringify is slow with a concatenated string.
}

/** Names of open-telemetry/semantic-conventions 1.44.0 where there is one, else `openai.audit.*`. */
function attributesOf(record: CommonRecord, { includeOriginal }: OtelContext): OpenObject {
  const { event } = record
  const attributes: OpenObject = { 'log.record.uid': record.id }
  if (includeOriginal) attributes['log.record.original'] = event.text
  setActor(attributes, record)
  if (record.outcome === 'failure') attributes['error.type'] = record.errorCode ?? OTHER_ERROR
  attributes['openai.audit.id'] = record.id
  if (record.type !== '') {
    attributes['openai.audit.type'] = record.type
    attributes['openai.audit.outcome'] = record.outcome
  }
  setAuditActor(attributes, record)
  if (record.projectId !== undefined) attributes['openai.audit.project.id'] = record.projectId
  if (record.projectName !== undefined) attributes['openai.audit.project.name'] = record.projectName
  if (record.type !== '') setTarget(attributes, record)
  if (record.details !== undefined) attributes['openai.audit.details'] = record.details
  if (!includeOriginal) {
    if (record.object !== undefined && record.object !== RECORD_OBJECT) attributes['openai.audit.object'] = record.object
    if (record.unknown !== undefined || record.misfits !== undefined) {
      attributes['openai.audit.unmapped'] = { ...record.unknown, ...record.misfits }
    }
    setPlaceNames(attributes, record)
  }
  return attributes
}

function setActor(attributes: OpenObject, { actor }: CommonRecord): void {
  if (actor.id !== undefined) attributes['user.id'] = actor.id
  const name = actor.email ?? actor.name
  if (actor.email !== undefined) attributes['user.email'] = actor.email
  if (name !== undefined) attributes['user.name'] = name
  if (actor.address !== undefined) attributes['client.address'] = actor.address
  if (actor.country !== undefined) attributes['geo.country.iso_code'] = actor.country
  if (actor.city !== undefined) attributes['geo.locality.name'] = actor.city
  if (actor.regionCode !== undefined) attributes['geo.region.iso_code'] = actor.regionCode
  if (actor.latitude !== undefined && actor.longitude !== undefined) {
    attributes['geo.location.lat'] = actor.latitude
    attributes['geo.location.lon'] = actor.longitude
  }
  if (actor.userAgent !== undefined) attributes['user_agent.original'] = actor.userAgent
  if (actor.ja3 !== undefined) attributes['tls.client.ja3'] = actor.ja3
}

function setAuditActor(attributes: OpenObject, { actor }: CommonRecord): void {
  if (actor.kind !== undefined) attributes['openai.audit.actor.type'] = actor.kind
  if (actor.ja4 !== undefined) attributes['openai.audit.actor.session.ja4'] = actor.ja4
  if (actor.asn !== undefined) attributes['openai.audit.actor.session.asn'] = actor.asn
  if (actor.keyId !== undefined) attributes['openai.audit.actor.api_key.id'] = actor.keyId
  if (actor.keyKind !== undefined) attributes['openai.audit.actor.api_key.type'] = actor.keyKind
  if (actor.serviceAccountId !== undefined) attributes['openai.audit.actor.api_key.service_account.id'] = actor.serviceAccountId
}

/** What the conventions have no name for; only needed where the original text, which holds it, is left out. */
function setPlaceNames(attributes: OpenObject, { actor }: CommonRecord): void {
  if (actor.region !== undefined) attributes['openai.audit.actor.session.region'] = actor.region
  if (actor.countryName !== undefined) attributes['openai.audit.actor.session.country'] = actor.countryName
}

function setTarget(attributes: OpenObject, { target }: CommonRecord): void {
  if (target.id !== undefined) attributes['openai.audit.target.id'] = target.id
  if (target.name !== undefined) attributes['openai.audit.target.name'] = target.name
  attributes['openai.audit.target.type'] = target.kind
}
