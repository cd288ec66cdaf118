import type { JsonValue } from '../core/json.ts'
import { actorOf } from './actors.ts'
import type { Cast } from './cast.ts'
import { type CatalogueType, typeOf } from './catalogue.ts'
import type { FaultShares } from './faults.ts'
import { payloadOf } from './payloads.ts'
import { PURPOSE, Random } from './random.ts'

export interface MadeEvent {
  readonly id: string
  readonly type: string
  readonly text: string
}

export interface EventMaker {
  readonly seed: number
  readonly cast: Cast
  /** Indented over several lines, as the API was seen to answer; otherwise on one. */
  readonly pretty: boolean
}

/** Types nobody has heard of; the first looks tenant-scoped. */
const UNHEARD_TYPES = ['tenant.quantum_vault.sealed', 'agent.run.approved', 'memory.exported', 'project', 'api_key.created.v2']
/** Numbers that do not survive being parsed and written again: only the text itself keeps them. */
const FRAGILE_FIELDS = ['"x_ratio":1.0', '"x_serial":9007199254740993123', '"x_delta":-0.0', '"x_size":1E+3', '"x_note":"\\u00e9\\/"']

/** The event of that number, the same for the same seed, number, time and shares. `index` counts from 0. */
export function makeEvent(index: number, effectiveAtS: number, maker: EventMaker, shares: FaultShares): MadeEvent {
  const random = new Random(maker.seed, PURPOSE.event, index)
  const id = `audit_log-${random.base62(24)}`
  const row = typeOf(index, random.next())
  const unheard = random.next() < (shares.unknown_types ?? 0)
  const type = unheard ? random.pick(UNHEARD_TYPES) : row.type
  const actor = random.next() < (shares.null_actors ?? 0) ? null : actorOf(random, maker.cast)
  const body: Record<string, JsonValue> = { object: 'organization.audit_log', id, type, effective_at: effectiveAtS }
  if (isInProject(row, random)) body.project = { ...random.pick(maker.cast.projects) }
  if (actor !== undefined) body.actor = actor
  const payload = payloadOf({ ...row, type }, random, maker.cast)
  if (payload !== undefined) body[type] = payload
  const text = JSON.stringify(body, null, maker.pretty ? 2 : undefined)
  return { id, type, text: random.chance(0.01) ? withField(text, random.pick(FRAGILE_FIELDS)) : text }
}

function isInProject({ type, tenant }: CatalogueType, random: Random): boolean {
  return !tenant && !/^(login|logout|scim|organization|invite)\./.test(type) && random.chance(0.85)
}

/** Rarely the API has a field that its reference does not. */
function withField(text: string, field: string): string {
  return `${text.slice(0, -1).trimEnd()},${field}}`
}
