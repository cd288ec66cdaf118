import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { PRODUCT } from '../../record/names.ts'
import type { CommonRecord } from '../../record/record.ts'
import { isEmpty, type OpenObject, object, text } from '../../record/values.ts'
import { unwrapped, without } from './payload.ts'
import { NOBODY, userObject } from './user.ts'
import type { OcsfVersion } from './versions.ts'

/** The attributes of one class, and what of the payload they do not hold. */
export interface ClassFields {
  readonly user?: OpenObject
  readonly group?: OpenObject
  readonly privileges?: readonly string[]
  readonly resource?: OpenObject
  readonly resources?: readonly OpenObject[]
  readonly entity?: OpenObject
  readonly entityResult?: OpenObject
  /** What was signed in to, from afar. */
  readonly service?: OpenObject
  readonly details: JsonValue | undefined
}

type Draft = { -readonly [Key in keyof ClassFields]: ClassFields[Key] }
type Fill = (record: CommonRecord, version: OcsfVersion, actor: OpenObject | undefined) => ClassFields | undefined

/** Fills a class, or says by undefined that the record lacks what the class requires. */
export const FILL: Readonly<Record<number, Fill>> = {
  0: () => ({ details: undefined }),
  3001: fillAccountChange,
  3002: fillAuthentication,
  3004: fillEntityManagement,
  3005: fillUserAccess,
  3006: fillGroupManagement,
}

const SERVICE = { name: PRODUCT }

function targetUser(record: CommonRecord, version: OcsfVersion): OpenObject {
  const { id, name, email, actsOn } = record.target
  return userObject({ uid: id, name, email, kind: actsOn === 'service_account' ? actsOn : undefined }, version)
}

function fillAccountChange(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { actsOn, id, from } = record.target
  if (id === undefined || (actsOn !== 'user' && actsOn !== 'service_account')) return undefined
  return { user: targetUser(record, version), details: without(record.payload, from) }
}

/** Sign-ins name their user as actor and as user; a token that was issued may be named by the payload alone. */
function fillAuthentication(record: CommonRecord, version: OcsfVersion, actor: OpenObject | undefined): ClassFields | undefined {
  const { row, target, payload } = record
  const user = actor?.user
  const isSignIn = row.entityKey === 'session'
  const errors = errorFieldsOf(record)
  if (user === undefined && !isSignIn && target.id === undefined) return undefined
  if (isJsonObject(user) || isSignIn) {
    return { user: isJsonObject(user) ? (user as OpenObject) : NOBODY, service: SERVICE, details: without(payload, errors) }
  }
  const workload = userObject({ uid: target.id, name: target.name, email: undefined, kind: 'service_account' }, version)
  return { user: workload, service: SERVICE, details: without(payload, [...errors, ...target.from]) }
}

/** What of an error stands in `status_code` and `status_detail`. */
function errorFieldsOf({ errorCode, errorMessage }: CommonRecord): readonly string[] {
  return [...(errorCode === undefined ? [] : ['error_code']), ...(errorMessage === undefined ? [] : ['error_message'])]
}

function fillUserAccess(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { actsOn, id, from, roles, rolesFrom } = record.target
  if (id === undefined || roles.length === 0 || (actsOn !== 'user' && actsOn !== 'service_account')) return undefined
  const used = [...from, ...rolesFrom]
  const resource = resourceOf(record, used)
  const filled: Draft = { user: targetUser(record, version), privileges: roles, details: without(record.payload, used) }
  if (resource !== undefined) {
    if (version.resourceAttribute === 'resources') filled.resources = [resource]
    else filled.resource = resource
  }
  return filled
}

function fillGroupManagement(record: CommonRecord, version: OcsfVersion): ClassFields | undefined {
  const { target } = record
  const { id, name, memberId, roles } = target
  if (target.actsOn !== 'group' || (id === undefined && name === undefined)) return undefined
  if (version.groupNeedsMember && memberId === undefined && roles.length === 0) return undefined
  const group: OpenObject = {}
  if (id !== undefined) group.uid = id
  if (name !== undefined) group.name = name
  const used = [...target.from, ...target.rolesFrom]
  const filled: Draft = { group, details: undefined }
  if (memberId !== undefined) filled.user = userObject({ uid: memberId, name: undefined, email: undefined, kind: undefined }, version)
  if (roles.length > 0) {
    filled.privileges = roles
    const resource = resourceOf(record, used)
    if (resource !== undefined) filled.resource = resource
  }
  filled.details = without(record.payload, used)
  return filled
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
  const fields = object(payload)
  const uid = isAssignment ? text(fields?.id) : target.id
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
  const filled: Draft = { entity: acted, details: undefined }
  const isUid = (path: string) => uid !== undefined && text(fields?.[path]) === uid
  const used = isAssignment ? ['id'].filter(isUid) : target.from.filter(path => path === 'name' || isUid(path))
  const changes = fields?.changes_requested
  if (!isEmpty(changes)) {
    used.push('changes_requested')
    const result = entity()
    result.data = changes!
    filled.entityResult = result
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
  return filled
}
