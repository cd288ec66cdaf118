import { isJsonObject, type JsonValue } from '../../core/json.ts'
import { type OpenObject, object } from '../../record/values.ts'
import { NOBODY } from './user.ts'
import type { OcsfVersion } from './versions.ts'

interface Kind {
  readonly typeId: number
  readonly type: string
}

const IP: Kind = { typeId: 2, type: 'IP Address' }
const USER_NAME: Kind = { typeId: 4, type: 'User Name' }
const EMAIL: Kind = { typeId: 5, type: 'Email Address' }
const HASH: Kind = { typeId: 8, type: 'Hash' }
const USER_AGENT: Kind = { typeId: 16, type: 'HTTP User-Agent' }
const USER_UID: Kind = { typeId: 31, type: 'User Object: uid' }
const GROUP_NAME: Kind = { typeId: 32, type: 'Group Object: name' }
const GROUP_UID: Kind = { typeId: 33, type: 'Group Object: uid' }

/** What an analyst would pivot on, repeated from the event with the same text; undefined if there is nothing. */
export function observablesOf(event: OpenObject, version: OcsfVersion): readonly OpenObject[] | undefined {
  const found: OpenObject[] = []
  const add = (name: string, kind: Kind, value: JsonValue | undefined) => {
    if (typeof value === 'string') found.push({ name, type_id: kind.typeId, type: kind.type, value })
  }
  const user = (path: string, value: JsonValue | undefined) => {
    if (value === NOBODY || !isJsonObject(value)) return
    if (version.uidObservables) add(`${path}.uid`, USER_UID, value.uid)
    add(`${path}.name`, USER_NAME, value.name)
    add(`${path}.email_addr`, EMAIL, value.email_addr)
  }
  const endpoint = object(event.src_endpoint)
  add('src_endpoint.ip', IP, endpoint?.ip)
  user('actor.user', object(event.actor)?.user)
  user('user', event.user)
  add('http_request.user_agent', USER_AGENT, object(event.http_request)?.user_agent)
  for (const fingerprint of (endpoint?.fingerprints ?? []) as readonly OpenObject[]) {
    add('src_endpoint.fingerprints.value', HASH, fingerprint.value)
  }
  if (version.uidObservables) {
    const group = object(event.group)
    add('group.uid', GROUP_UID, group?.uid)
    add('group.name', GROUP_NAME, group?.name)
  }
  return found.length === 0 ? undefined : found
}
