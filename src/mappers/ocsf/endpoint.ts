import type { Actor } from '../../record/actor.ts'
import { keep, type OpenObject } from '../../record/values.ts'
import type { OcsfVersion } from './versions.ts'

/** Where the actor was, and what of it the class has no place for, under the record's own names. */
export interface Endpoint {
  readonly endpoint: OpenObject | undefined
  readonly rest: OpenObject | undefined
}

export const NOWHERE: Endpoint = { endpoint: undefined, rest: undefined }

/** `network_endpoint` wants an address; without one everything about the session is left over. */
export function endpointOf(actor: Actor, version: OcsfVersion): Endpoint {
  const { ip, asn, ja3, ja4 } = actor
  if (ip === undefined) return { endpoint: undefined, rest: leftOver(actor, false, false) }
  const endpoint: OpenObject = { ip }
  const location = locationOf(actor)
  if (location !== undefined) endpoint.location = location
  if (asn !== undefined) endpoint.autonomous_system = { number: asn }
  if (version.endpointFingerprints && (ja3 !== undefined || ja4 !== undefined)) {
    const fingerprints: OpenObject[] = []
    if (ja3 !== undefined) fingerprints.push({ algorithm: 'JA3', algorithm_id: 99, value: ja3 })
    if (ja4 !== undefined) fingerprints.push({ algorithm: 'JA4', algorithm_id: 99, value: ja4 })
    endpoint.fingerprints = fingerprints
  }
  return { endpoint, rest: leftOver(actor, location !== undefined, version.endpointFingerprints) }
}

/** `location` wants a country, a city or a region code. It has no region name: the description tells it. */
function locationOf(actor: Actor): OpenObject | undefined {
  const { country, city, region, regionCode, latitude, longitude } = actor
  if (country === undefined && city === undefined) return undefined
  const location: OpenObject = {}
  if (country !== undefined) location.country = country
  if (city !== undefined) location.city = city
  if (regionCode !== undefined) location.region = regionCode
  if (region !== undefined) location.desc = [city, region, country].filter(part => part !== undefined).join(', ')
  if (latitude !== undefined && longitude !== undefined) {
    location.lat = latitude
    location.long = longitude
  }
  return location
}

function leftOver(actor: Actor, isLocated: boolean, hasFingerprints: boolean): OpenObject | undefined {
  let rest: OpenObject | undefined
  if (actor.ip === undefined) rest = keep(rest, 'ip_address', actor.address)
  if (!hasFingerprints) {
    rest = keep(rest, 'ja3', actor.ja3)
    rest = keep(rest, 'ja4', actor.ja4)
  }
  let details = keep(undefined, 'country', isLocated ? actor.countryName : (actor.country ?? actor.countryName))
  if (!isLocated) {
    details = keep(details, 'city', actor.city)
    details = keep(details, 'region', actor.region)
    details = keep(details, 'region_code', actor.regionCode)
    details = keep(details, 'latitude', actor.latitude)
    details = keep(details, 'longitude', actor.longitude)
  }
  if (actor.ip === undefined) details = keep(details, 'asn', actor.asn)
  return keep(rest, 'ip_address_details', details)
}
