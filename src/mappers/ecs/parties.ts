import type { Actor } from '../../record/actor.ts'
import type { CommonRecord } from '../../record/record.ts'
import type { OpenObject } from '../../record/values.ts'

/** `user`: who acted, and under `target` the user acted on. A service account stands in `user.id` too: one field for every actor. */
export function userFields(record: CommonRecord): OpenObject | undefined {
  const { actor } = record
  const { id } = actor
  const acted = userTarget(record)
  const name = actor.email ?? actor.name
  if (id === undefined && name === undefined && acted === undefined) return undefined
  const user: OpenObject = {}
  if (id !== undefined) user.id = id
  if (actor.email !== undefined) {
    user.email = actor.email
    if (actor.domain !== undefined) user.domain = actor.domain
  }
  if (name !== undefined) user.name = name // The login name, by which people are searched for.
  if (acted !== undefined) user.target = acted
  return user
}

function userTarget({ target }: CommonRecord): OpenObject | undefined {
  const { actsOn } = target
  if (actsOn === 'group') return target.memberId === undefined ? undefined : { id: target.memberId }
  if (actsOn === undefined) return undefined
  const acted: OpenObject = {}
  if (actsOn !== 'invite') {
    if (target.id !== undefined) acted.id = target.id
    if (target.name !== undefined && target.name !== target.email) acted.name = target.name
  }
  if (target.email !== undefined) acted.email = target.email
  if (target.roles.length > 0) acted.roles = target.roles
  return Object.keys(acted).length === 0 ? undefined : acted
}

export function groupFields({ target }: CommonRecord): OpenObject | undefined {
  if (target.actsOn !== 'group' || (target.id === undefined && target.name === undefined)) return undefined
  const group: OpenObject = {}
  if (target.id !== undefined) group.id = target.id
  if (target.name !== undefined) group.name = target.name
  return group
}

export function sourceFields(actor: Actor): OpenObject | undefined {
  const { address, ip, asn } = actor
  const geo = geoFields(actor)
  if (address === undefined && geo === undefined && asn === undefined) return undefined
  const source: OpenObject = {}
  if (address !== undefined) source.address = address
  if (ip !== undefined) source.ip = ip
  if (geo !== undefined) source.geo = geo
  if (asn !== undefined) source.as = { number: asn }
  return source
}

function geoFields(actor: Actor): OpenObject | undefined {
  const { city, country, countryName, region, regionCode, latitude, longitude } = actor
  const placed = city ?? country ?? countryName ?? region ?? latitude
  if (placed === undefined) return undefined
  const geo: OpenObject = {}
  if (city !== undefined) geo.city_name = city
  if (country !== undefined) geo.country_iso_code = country
  if (countryName !== undefined) geo.country_name = countryName
  if (region !== undefined) geo.region_name = region
  if (regionCode !== undefined) geo.region_iso_code = regionCode
  if (latitude !== undefined && longitude !== undefined) geo.location = { lat: latitude, lon: longitude }
  return geo
}

/** Every address and every user of the document, so that one search finds them in any role. */
export function relatedFields(record: CommonRecord): OpenObject | undefined {
  const { actor, target } = record
  const users: string[] = []
  const add = (name: string | undefined) => {
    if (name !== undefined && !users.includes(name)) users.push(name)
  }
  add(actor.id)
  add(actor.email)
  add(actor.name)
  if (target.actsOn === 'group') add(target.memberId)
  else if (target.actsOn !== undefined) {
    if (target.actsOn !== 'invite') {
      add(target.id)
      add(target.name)
    }
    add(target.email)
  }
  if (actor.ip === undefined && users.length === 0) return undefined
  const related: OpenObject = {}
  if (actor.ip !== undefined) related.ip = [actor.ip]
  if (users.length > 0) related.user = users
  return related
}
