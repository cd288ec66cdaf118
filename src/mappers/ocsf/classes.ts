import type { JsonValue } from '../../core/json.ts'
import type { CommonRecord } from '../../record/record.ts'
import { isEmpty, type OpenObject, object, text } from '../../record/values.ts'
import { unwrapped, without } from './payload.ts'
import { NOBODY, userObject } from './user.ts'
import type { OcsfVersion } from './versions.ts'

/** The attributes of one class, and what of the payload they do not hold. */
export interface ClassFields {
  readonly fields: OpenObject
  readonly details: JsonValue | undefined
}

type Fill = (record: CommonRecord, version: OcsfVersion, actor: OpenObject | undefined) => ClassFields | undefined

/** Fills a class, or says by undefined that the record lacks what the class requires. */
export const FILL: Readonly<Record<number, Fill>> = {
  0: () => ({ fields: {}, details: undefined }),
  3001: fillAccountChange,
  3002: fillAuthentication,
  3004: fillEntityManagement,
  3005: fillUserAccess,
  3006: fillGroupManagement,
}

const SERVICE = Object.freeze({ name: 'OpenAI Platform' })

function targetUser(record: CommonRecord, version: OcsfVersion): OpenObject {
  const { id, name, email, actsOn } = record.target
  return userObject({ uid: id, name, email, kind: actsOn === 'service_account' ? actsOn : undefined }, version)
}

function fillAccountChange(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { actsOn, id, from } = record.target
  if (id === undefined || (actsOn !== 'user' && actsOn !== 'service_account')) return undefined
  return { fields: { user: targetUser(record, version) }, details: without(record.payload, from) }
}

/** Sign-ins name their user as actor and as user; a token that was issued may be named by the payload alone. */
function fillAuthentication(record: CommonRecord, version: OcsfVersion, actor: OpenObject | undefined): ClassFields | undefined {
  const { row, target, payload } = record
  const user = actor?.user
  const isSignIn = row.entityKey === 'session'
  if (user === undefined && !isSignIn && target.id === undefined) return undefined
  const used = ['error_code', 'error_message']
  const fields: OpenObject = { user: user ?? NOBODY, service: SERVICE, is_remote: true }
  if (user === undefined && !isSignIn) {
    fields.user = userObject({ uid: target.id, name: target.name, email: undefined, kind: 'service_account' }, version)
    used.push(...target.from)
  }
  return { fields, details: without(payload, used) }
}

function fillUserAccess(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { actsOn, id, from, roles, rolesFrom } = record.target
  if (id === undefined || roles.length === 0 || (actsOn !== 'user' && actsOn !== 'service_account')) return undefined
  const used = [...from, ...rolesFrom]
  const fields: OpenObject = { user: targetUser(record, version), privileges: roles }
  const resource = resourceOf(record, used)
  if (resource !== undefined) {
    if (version.resourceAttribute === 'resources') fields.resources = [resource]
    else fields.resource = resource
  }
  return { fields, details: without(record.payload, used) }
}

function fillGroupManagement(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { target } = record
  const { id, name, memberId, roles } = target
  if (target.actsOn !== 'group' || (id === undefined && name === undefined)) return undefined
  if (version.groupNeedsMember && memberId === undefined && roles.length === 0) return undefined
  const group: OpenObject = {}
  if (id !== undefined) group.uid = id
  if (name !== undefined) group.name = name
  const fields: OpenObject = { group }
  const used = [...target.from, ...target.rolesFrom]
  if (memberId !== undefined) fields.user = userObject({ uid: memberId, name: undefined, email: undefined, kind: undefined }, version)
  if (roles.length > 0) {
    fields.privileges = roles
    const resource = resourceOf(record, used)
    if (resource !== undefined) fields.resource = resource
  }
  return { fields, details: without(record.payload, used) }
}

/** What a privilege is for: the resource of the assignment, else the project in which it was given. */
function resourceOf(record: CommonRecord, used: string[]): OpenObject | undefined {
  const payload = object(record.payload)
  const uid = text(payload?.resource_id)
  const type = text(payload?.resource_type)
  const resource: OpenObject = {}
  if (uid !== undefined) {
    resource.uid = uid
    if (type !== undefined) resource.type = type
    used.push('resource_id', ...(type === undefined ? [] : ['resource_type']))
    return resource
  }
  if (record.projectId === undefined && record.projectName === undefined) return undefined
  if (record.projectId !== undefined) resource.uid = record.projectId
  if (record.projectName !== undefined) resource.name = record.projectName
  resource.type = 'Project'
  return resource
}

/** Captions of `entity.type_id`; every other entity is 99 with its own word. */
const ENTITY_TYPES: Readonly<Record<number, string>> = { 2: 'User', 3: 'Group', 4: 'Organization', 5: 'Policy', 7: 'Network Zone' }

function fillEntityManagement(record: CommonRecord, version: OcsfVersion): ClassFields {
  const { row, target, payload } = record
  const isAssignment = row.target === 'principal'
  const uid = isAssignment ? text(object(payload)?.id) : target.id
  const name = target.name ?? (uid === undefined ? row.entity : undefined)
  const typeId = row.entityTypeId === 7 && !version.networkZone ? 99 : row.entityTypeId
  const entity = (): OpenObject => {
    const made: OpenObject = {}
    if (uid !== undefined) made.uid = uid
    if (name !== undefined) made.name = name
    made.type_id = typeId
    made.type = ENTITY_TYPES[typeId] ?? row.entity
    return made
  }
  const acted = entity()
  const fields: OpenObject = { entity: acted }
  const used = isAssignment ? ['id'] : target.from.filter(path => path === 'name' || path.endsWith('id'))
  const changes = object(payload)?.changes_requested
  if (!isEmpty(changes)) {
    used.push('changes_requested')
    const result = entity()
    result.data = changes!
    fields.entity_result = result
  }
  const data = unwrapped(without(payload, used))
  if (data !== undefined) acted.data = data
  const part = typeId === 4 ? 'org' : typeId === 5 ? 'policy' : undefined
  if (part !== undefined && (uid !== undefined || target.name !== undefined)) {
    const named: OpenObject = {}
    if (uid !== undefined) named.uid = uid
    if (target.name !== undefined) named.name = target.name
    acted[part] = named
  }
  return { fields, details: undefined }
}
