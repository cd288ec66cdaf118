import type { JsonObject, JsonValue } from '../core/json.ts'
import { type Cast, PLACES, USER_AGENTS } from './cast.ts'
import type { Random } from './random.ts'

type ActorKind = (random: Random, cast: Cast) => JsonValue | undefined

/** Every shape of an actor that the API was seen to send, and one it may send tomorrow; with a weight. */
const ACTOR_KINDS: readonly (readonly [weight: number, kind: ActorKind])[] = [
  [46, (random, cast) => session({ user: random.pick(cast.people), ...origin(random), ...details(random) })],
  [16, (random, cast) => session({ user: random.pick(cast.people), ...origin(random) })],
  [5, random => session({ ...origin(random), ...details(random) })],
  [14, (random, cast) => key({ type: 'user', user: random.pick(cast.people), id: random.pick(cast.keyIds) })],
  [
    10,
    (random, cast) =>
      key({ type: 'service_account', service_account: { id: random.pick(cast.serviceAccountIds) }, id: random.pick(cast.keyIds) }),
  ],
  [3, (random, cast) => key({ id: random.pick(cast.keyIds) })],
  [1, () => ({ type: 'session' })],
  [2, () => null],
  [2, () => undefined],
  [
    1,
    random => ({ type: 'workload_identity', workload_identity: { subject: `spiffe://corp.example/${random.hex(8)}`, provider: 'github' } }),
  ],
]

const DRAWN: readonly ActorKind[] = ACTOR_KINDS.flatMap(([weight, kind]) => Array.from({ length: weight }, () => kind))

/** Undefined: the event has no `actor` at all. */
export function actorOf(random: Random, cast: Cast): JsonValue | undefined {
  return random.pick(DRAWN)(random, cast)
}

const session = (fields: object): JsonObject => ({ type: 'session', session: fields as JsonObject })
const key = (fields: object): JsonObject => ({ type: 'api_key', api_key: fields as JsonObject })

function origin(random: Random) {
  return { ip_address: ipAddress(random), user_agent: random.pick(USER_AGENTS) }
}

function details(random: Random) {
  return {
    ja3: random.hex(32),
    ja4: `t13d${random.int(1000, 1999)}h2_${random.hex(12)}_${random.hex(12)}`,
    ip_address_details: { ...random.pick(PLACES) },
  }
}

/** From the ranges for documentation only (RFC 5737, RFC 3849). */
function ipAddress(random: Random): string {
  if (random.chance(0.2)) return `2001:db8:${random.hex(4)}::${random.hex(4)}`
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.int(1, 254)}`
}
