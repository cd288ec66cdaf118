import { type Actor, actorLabel } from '../../record/actor.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { OpenObject } from '../../record/values.ts'

function actorType({ ownerKind, userId, email, name }: Actor): string | undefined {
  if (ownerKind !== undefined) return ownerKind
  return userId === undefined && email === undefined && name === undefined ? undefined : 'user'
}

/** Who signed in, or who changed something on an object that is no account; as `src_user`, who did it to an account. */
export function setUser(fields: OpenObject, { actor }: CommonRecord, as: 'user' | 'src_user' = 'user'): void {
  const user = actorLabel(actor)
  const type = actorType(actor)
  if (user !== undefined) fields[as] = user
  if (actor.id !== undefined) fields[`${as}_id`] = actor.id
  const name = actor.email ?? actor.name
  if (name !== undefined) fields[`${as}_name`] = name
  if (type !== undefined) fields[`${as}_type`] = type
}

/**
 * In a change, `user` is the account acted on and `src_user` who did it; where no account is acted on, `user`
 * is who did it.
 */
export function setChangeUsers(fields: OpenObject, record: CommonRecord): void {
  const { target } = record
  if (target.actsOn === 'group' && target.memberId !== undefined) {
    fields.user = target.memberId
    fields.user_id = target.memberId
    setUser(fields, record, 'src_user')
  } else if (target.actsOn === 'user' || target.actsOn === 'service_account') {
    const name = target.email ?? target.name
    const user = name ?? target.id
    if (user !== undefined) fields.user = user
    if (target.id !== undefined) fields.user_id = target.id
    if (name !== undefined) fields.user_name = name
    fields.user_type = target.actsOn
    setUser(fields, record, 'src_user')
  } else setUser(fields, record)
}

/** From where and with what. CIM has `src` and `user_agent`; the other names are ours. */
export function setSource(fields: OpenObject, actor: Actor): void {
  if (actor.address !== undefined) fields.src = actor.address
  if (actor.ip !== undefined) fields.src_ip = actor.ip
  if (actor.userAgent !== undefined) fields.user_agent = actor.userAgent
  const country = actor.country ?? actor.countryName
  if (country !== undefined) fields.src_country = country
  if (actor.city !== undefined) fields.src_city = actor.city
  if (actor.region !== undefined) fields.src_region = actor.region
  if (actor.regionCode !== undefined) fields.src_region_code = actor.regionCode
  if (actor.latitude !== undefined && actor.longitude !== undefined) {
    fields.src_lat = actor.latitude
    fields.src_long = actor.longitude
  }
  if (actor.asn !== undefined) fields.src_asn = actor.asn
  if (actor.ja3 !== undefined) fields.ja3 = actor.ja3
  if (actor.ja4 !== undefined) fields.ja4 = actor.ja4
}

export function setActor(fields: OpenObject, { kind, keyId, keyKind, serviceAccountId }: Actor): void {
  if (kind !== undefined) fields.actor_type = kind
  if (keyId !== undefined) fields.api_key_id = keyId
  if (keyKind !== undefined) fields.api_key_type = keyKind
  if (serviceAccountId !== undefined) fields.service_account_id = serviceAccountId
}
