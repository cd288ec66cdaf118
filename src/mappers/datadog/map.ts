import type { JsonObject } from '../../core/json.ts'
import type { Actor } from '../../record/actor.ts'
import { SERVICE_NAME } from '../../record/names.ts'
import type { Organization } from '../../record/options.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { Severity, SeverityName } from '../../record/severity.ts'
import type { OpenObject } from '../../record/values.ts'

export interface DatadogContext {
  readonly includeOriginal: boolean
  severityOf(record: CommonRecord): Severity | undefined
  organizationOf(source: string): Organization | undefined
}

/** High is a warning and no error: a record tells a fact, which is no fault and no incident. */
export const STATUS: Readonly<Record<SeverityName, string>> = {
  informational: 'info',
  low: 'notice',
  medium: 'warning',
  high: 'warning',
  critical: 'error',
}

/**
 * Reserved attributes first and in this order, so that a sender can replace them without writing the rest anew;
 * then those of "Default Standard Attributes" (docs.datadoghq.com/standard-attributes); what has no place there
 * stands under `openai`.
 */
export function toDatadog(record: CommonRecord, context: DatadogContext): JsonObject {
  const organization = context.organizationOf(record.event.source)
  const document: OpenObject = { ddsource: 'openai', service: SERVICE_NAME }
  const tags = tagsOf(record, organization)
  if (tags !== '') document.ddtags = tags
  document.date = record.timeMs
  const severity = context.severityOf(record)
  if (severity !== undefined) document.status = STATUS[severity.name]
  document.message = record.sentence
  if (record.type !== '') {
    document.evt = eventFields(record)
    document.asset = assetFields(record)
  }
  const user = userFields(record.actor)
  if (user !== undefined) document.usr = user
  const network = networkFields(record.actor)
  if (network !== undefined) document.network = network
  if (record.actor.userAgent !== undefined) document.http = { useragent: record.actor.userAgent }
  const error = errorFields(record)
  if (error !== undefined) document.error = error
  const openai: OpenObject = {}
  if (organization?.id !== undefined || organization?.name !== undefined)
    openai.organization = namedFields(organization.id, organization.name)
  openai.audit = auditFields(record, severity, context.includeOriginal)
  document.openai = openai
  return document
}

/** Fit for a tag's value as it is ("Getting started with tags": letters, digits, and these signs; 200 characters with the key). */
const TAG_VALUE = /^[A-Za-z0-9_\-:./]{1,180}$/

function tagsOf(record: CommonRecord, organization: Organization | undefined): string {
  const tags: string[] = []
  if (record.projectId !== undefined && TAG_VALUE.test(record.projectId)) tags.push(`openai_project:${record.projectId}`)
  if (organization?.id !== undefined && TAG_VALUE.test(organization.id)) tags.push(`openai_organization:${organization.id}`)
  return tags.join(',')
}

function eventFields({ type, row, actor, outcome }: CommonRecord): OpenObject {
  const event: OpenObject = {
    name: type,
    category: row.category.find(category => category !== 'session') ?? row.category[0]!,
    outcome,
  }
  if (actor.kind !== undefined) event.actor = { type: actor.kind }
  return event
}

/** What was acted on, by the names of Datadog's own audit trail. */
function assetFields({ target }: CommonRecord): OpenObject {
  const asset: OpenObject = { type: target.kind }
  if (target.id !== undefined) asset.id = target.id
  if (target.name !== undefined) asset.name = target.name
  return asset
}

function userFields(actor: Actor): OpenObject | undefined {
  const { id } = actor
  const name = actor.email ?? actor.name
  if (id === undefined && name === undefined) return undefined
  const user: OpenObject = {}
  if (id !== undefined) user.id = id
  if (actor.email !== undefined) user.email = actor.email
  if (name !== undefined) user.name = name
  return user
}

function networkFields(actor: Actor): OpenObject | undefined {
  const geoip = placeFields(actor)
  if (actor.ip === undefined && geoip === undefined) return undefined
  const client: OpenObject = {}
  if (actor.ip !== undefined) client.ip = actor.ip
  if (geoip !== undefined) client.geoip = geoip
  return { client }
}

function placeFields({ country, countryName, city, region, regionCode }: Actor): OpenObject | undefined {
  if ((country ?? countryName ?? city ?? region ?? regionCode) === undefined) return undefined
  const place: OpenObject = {}
  if (country !== undefined) place.country = { iso_code: country }
  else if (countryName !== undefined) place.country = { name: countryName }
  if (city !== undefined) place.city = { name: city }
  if (region !== undefined || regionCode !== undefined) {
    const subdivision: OpenObject = {}
    if (region !== undefined) subdivision.name = region
    if (regionCode !== undefined) subdivision.iso_code = regionCode.slice(regionCode.indexOf('-') + 1) // Datadog's form has no country in it.
    place.subdivision = subdivision
  }
  return place
}

function errorFields({ errorCode, errorMessage, type }: CommonRecord): OpenObject | undefined {
  if (type === '') return { message: 'The record is no JSON object with a type.' }
  if (errorCode === undefined && errorMessage === undefined) return undefined
  const error: OpenObject = {}
  if (errorCode !== undefined) error.kind = errorCode
  if (errorMessage !== undefined) error.message = errorMessage
  return error
}

function namedFields(id: string | undefined, name: string | undefined): OpenObject {
  const named: OpenObject = {}
  if (id !== undefined) named.id = id
  if (name !== undefined) named.name = name
  return named
}

function auditFields(record: CommonRecord, severity: Severity | undefined, includeOriginal: boolean): OpenObject {
  const audit: OpenObject = { id: record.id }
  if (record.type !== '') audit.type = record.type
  if (record.object !== undefined) audit.object = record.object
  if (record.originalTime !== undefined) audit.effective_at = record.originalTime
  audit.received_at = new Date(record.receivedMs).toISOString()
  if (severity !== undefined) audit.severity = severity.name
  const actor = actorFields(record.actor)
  if (actor !== undefined) audit.actor = actor
  if (record.projectId !== undefined || record.projectName !== undefined) audit.project = namedFields(record.projectId, record.projectName)
  if (record.target.roles.length > 0) audit.roles = record.target.roles
  if (record.details !== undefined) audit.details = record.details
  if (record.unknown !== undefined || record.misfits !== undefined) audit.unmapped = { ...record.unknown, ...record.misfits }
  if (includeOriginal) audit.original = record.event.text
  return audit
}

function actorFields(actor: Actor): OpenObject | undefined {
  const fields: OpenObject = {}
  if (actor.kind !== undefined) fields.type = actor.kind
  const session: OpenObject = {}
  if (actor.address !== undefined && actor.ip === undefined) session.address = actor.address
  if (actor.asn !== undefined) session.asn = actor.asn
  if (actor.latitude !== undefined && actor.longitude !== undefined) {
    session.latitude = actor.latitude
    session.longitude = actor.longitude
  }
  if (actor.ja3 !== undefined) session.ja3 = actor.ja3
  if (actor.ja4 !== undefined) session.ja4 = actor.ja4
  if (Object.keys(session).length > 0) fields.session = session
  if (actor.keyId !== undefined || actor.keyKind !== undefined || actor.serviceAccountId !== undefined) {
    const key: OpenObject = {}
    if (actor.keyId !== undefined) key.id = actor.keyId
    if (actor.keyKind !== undefined) key.type = actor.keyKind
    if (actor.serviceAccountId !== undefined) key.service_account = { id: actor.serviceAccountId }
    fields.api_key = key
  }
  return Object.keys(fields).length === 0 ? undefined : fields
}
