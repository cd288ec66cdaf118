import type { Actor } from '../../record/actor.ts'
import type { OpenObject } from '../../record/values.ts'
import type { OcsfVersion } from './versions.ts'

/** `email_t` of the schema; an address that is none stays the user's name. */
const EMAIL = /^[a-zA-Z0-9!#$%&'*+-/=?^_`{|}~.]{1,300}@[a-zA-Z0-9-]{1,300}\.[a-zA-Z0-9-.]{1,300}$/
const SERVICE_ACCOUNT = 'service_account'

export interface UserParts {
  readonly uid: string | undefined
  readonly name: string | undefined
  readonly email: string | undefined
  readonly domain?: string | undefined
  /** As the record says it; a person if it says nothing. */
  readonly kind: string | undefined
}

export function userObject(parts: UserParts, version: OcsfVersion): OpenObject {
  const user: OpenObject = {}
  if (parts.uid !== undefined) user.uid = parts.uid
  if (parts.name !== undefined) user.name = parts.name
  if (parts.email !== undefined && EMAIL.test(parts.email)) user.email_addr = parts.email
  if (parts.domain !== undefined) user.domain = parts.domain
  if (parts.kind === SERVICE_ACCOUNT) {
    user.type_id = version.serviceTypeId
    user.type = 'Service'
  } else if (parts.kind === undefined || parts.kind === 'user') {
    user.type_id = 1
    user.type = 'User'
  } else {
    user.type_id = 99
    user.type = parts.kind
  }
  return user
}

/** The class Authentication requires a user; a refused sign-in often names nobody. Never an observable. */
export const NOBODY: OpenObject = { name: 'Unknown', type_id: 0, type: 'Unknown' }

/** Who acted, if the record names somebody: a user, a key without an owner, or a kind of actor yet unknown. */
export function actorObject(actor: Actor, version: OcsfVersion): OpenObject | undefined {
  const { email, id: uid, keyId, kind, ownerKind } = actor
  const name = email ?? actor.name
  if (uid !== undefined || name !== undefined) {
    const user = userObject({ uid, name, email, domain: actor.domain, kind: ownerKind }, version)
    if (keyId !== undefined) {
      if (version.keyAttribute === 'credential_uid') user.credential_uid = keyId
      else user.programmatic_credentials = [{ uid: keyId, type: 'API Key' }]
    }
    const untold = untoldKind(kind, user)
    return untold === undefined ? { user } : { user, app_name: untold }
  }
  if (keyId !== undefined) return { app_uid: keyId, app_name: 'API Key' }
  const untold = untoldKind(kind, undefined)
  return untold === undefined ? undefined : { app_name: untold }
}

/** The kind of who acted, unless it is told already: a session and a key by what `actor` holds, a kind of user by the user's type. */
export function untoldKind(kind: string | undefined, user: OpenObject | undefined): string | undefined {
  if (kind === undefined || kind === 'session' || kind === 'api_key') return undefined
  const type = kind === 'user' ? 'User' : kind === SERVICE_ACCOUNT ? 'Service' : kind
  return user?.type === type ? undefined : kind
}
