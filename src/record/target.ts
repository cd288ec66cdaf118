import type { JsonObject, JsonValue } from '../core/json.ts'
import type { ActsOn, Principal, Row } from './table.ts'
import { object, text, texts } from './values.ts'

/** What was acted on. */
export interface Target {
  readonly id: string | undefined
  readonly name: string | undefined
  /** What it is, in snake case: `api_key`. */
  readonly kind: string
  readonly actsOn: ActsOn
  /** Of a user or an invitation. */
  readonly email: string | undefined
  /** Given to or taken from a user, service account, group or invitation. */
  readonly roles: readonly string[]
  /** The user who joined or left a group. */
  readonly memberId: string | undefined
  /** What `{principal}` stands for in the row. */
  readonly principal: Principal
  /** The paths in the payload where `id`, `name`, `memberId` and a principal's kind stand. */
  readonly from: readonly string[]
  /** The paths in the payload where the roles stand, if they stand there as they are. */
  readonly rolesFrom: readonly string[]
}

interface Draft {
  id: string | undefined
  name: string | undefined
  kind: string
  actsOn: ActsOn
  email: string | undefined
  roles: readonly string[]
  memberId: string | undefined
  principal: Principal
  from: string[]
  rolesFrom: readonly string[]
}

const NO_ROLES: readonly string[] = []
const NOWHERE: readonly string[] = []
const NAMES_IN_DATA = ['title', 'name', 'email', 'group_name']
const NAMES_IN_CHANGES = ['title', 'name', 'email', 'group_name', 'role_name']
const PRINCIPALS: Readonly<Record<string, ActsOn>> = { user: 'user', service_account: 'service_account', group: 'group' }

export function readTarget(row: Row, payload: JsonObject | undefined): Target {
  const target: Draft = {
    id: undefined,
    name: undefined,
    kind: row.entityKey,
    actsOn: row.actsOn,
    email: undefined,
    roles: NO_ROLES,
    memberId: undefined,
    principal: 'admin',
    from: [],
    rolesFrom: NOWHERE,
  }
  if (payload === undefined) return target
  READERS[row.target](target, payload)
  if (target.name === undefined && row.target !== 'principal') readName(target, payload)
  if (target.actsOn !== undefined && row.target !== 'principal') readHolder(target, payload)
  return target
}

const READERS: Readonly<Record<Row['target'], (target: Draft, payload: JsonObject) => void>> = {
  id: (target, payload) => {
    target.id = take(target, payload, 'id')
  },
  /** The payload's `id` names the resource; what changes is the role's reach. */
  role: (target, payload) => {
    target.id = take(target, payload, 'role_id')
  },
  membership: (target, payload) => {
    target.id = take(target, payload, 'user_id') ?? take(target, payload, 'id')
  },
  member: (target, payload) => {
    target.id = take(target, payload, 'group_id') ?? take(target, payload, 'id')
    target.memberId = take(target, payload, 'user_id') ?? take(target, payload, 'member_id') ?? take(target, payload, 'principal_id')
  },
  list: (target, payload) => {
    target.id = take(target, payload, 'id')
    if (target.id === undefined) readList(target, listIn(payload))
  },
  principal: readPrincipal,
}

/** The target of the older shape: an object that names itself, or the name alone. */
export function readNamedTarget(row: Row, value: JsonValue | undefined): Target {
  const fields = object(value)
  if (fields === undefined) return { ...readTarget(row, undefined), id: text(value) }
  const target = readTarget({ ...row, target: 'id' }, fields)
  return { ...target, kind: text(fields.type) ?? target.kind }
}

function take(target: Draft, payload: JsonObject, key: string): string | undefined {
  const value = text(payload[key])
  if (value !== undefined) target.from.push(key)
  return value
}

function listIn(payload: JsonObject): readonly JsonValue[] {
  for (const key in payload) if (Array.isArray(payload[key])) return payload[key] as readonly JsonValue[]
  return []
}

/** One entry is the target itself; of several only the names are told, and the list stays in the payload. */
function readList(target: Draft, list: readonly JsonValue[]): void {
  const entries = list.map(object).filter(entry => entry !== undefined)
  if (entries.length === 1) {
    target.id = text(entries[0]!.id)
    target.name = text(entries[0]!.name)
  } else {
    const names = entries.map(entry => text(entry.name) ?? text(entry.id)).filter(name => name !== undefined)
    target.name = names.length === 0 ? undefined : names.join(', ')
  }
}

/** Who got or lost the role; without a principal the assignment itself is the target. */
function readPrincipal(target: Draft, payload: JsonObject): void {
  const assignmentId = text(payload.id)
  const principalId = text(payload.principal_id)
  const principalType = text(payload.principal_type)
  target.roles = rolesOfAssignment(target, payload, assignmentId)
  if (principalType === undefined || principalId === undefined) {
    target.id = take(target, payload, 'id')
  } else {
    target.id = principalId
    target.kind = principalType
    target.from.push('principal_id', 'principal_type')
    target.actsOn = Object.hasOwn(PRINCIPALS, principalType) ? PRINCIPALS[principalType] : undefined
  }
  if (principalType === 'group') target.principal = 'group'
  else if (principalType === 'user' || principalType === 'service_account') target.principal = 'user'
}

function rolesOfAssignment(target: Draft, payload: JsonObject, assignmentId: string | undefined): readonly string[] {
  const named = text(payload.role_id)
  if (named !== undefined) {
    target.rolesFrom = ['role_id']
    return [named]
  }
  return assignmentId === undefined ? NO_ROLES : [roleInAssignment(assignmentId) ?? assignmentId]
}

const ASSIGNMENT_PREFIX = 'role_assignment_'
/** Form: `role_assignment_<role id>__<resource type>__<resource id>_<principal id>`, as seen in published rule tests. */
function roleInAssignment(assignmentId: string): string | undefined {
  if (!assignmentId.startsWith(ASSIGNMENT_PREFIX)) return undefined
  const [role = '', resourceType = '', rest = ''] = assignmentId.slice(ASSIGNMENT_PREFIX.length).split('__')
  return role !== '' && resourceType !== '' && rest.includes('_') ? role : undefined
}

function readName(target: Draft, payload: JsonObject): void {
  target.name =
    take(target, payload, 'name') ??
    takeIn(target, payload, 'data', NAMES_IN_DATA) ??
    take(target, payload, 'role_name') ??
    takeIn(target, payload, 'changes_requested', NAMES_IN_CHANGES)
}

function takeIn(target: Draft, payload: JsonObject, container: string, keys: readonly string[]): string | undefined {
  const fields = object(payload[container])
  if (fields === undefined) return undefined
  for (const key of keys) {
    const value = text(fields[key])
    if (value === undefined) continue
    target.from.push(`${container}.${key}`)
    return value
  }
  return undefined
}

/** The address and the roles of somebody who can hold a role: of roles, new ones before old ones. */
function readHolder(target: Draft, payload: JsonObject): void {
  if (target.actsOn === 'group') return
  const data = object(payload.data)
  const changes = object(payload.changes_requested)
  target.email = text(data?.email) ?? text(changes?.email) ?? text(payload.email)
  for (const [path, value] of [
    ['changes_requested.role', changes?.role],
    ['data.role', data?.role],
    ['role', payload.role],
  ] as const) {
    const roles = texts(value)
    if (roles.length === 0) continue
    target.roles = roles
    if (!Array.isArray(value) || roles.length === value.length) target.rolesFrom = [path]
    return
  }
}
