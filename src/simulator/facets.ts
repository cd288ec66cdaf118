import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { type Held, textOf } from './held.ts'

/** What the filters of the API look at. */
export interface Facets {
  readonly projectId: string | undefined
  /** User id, service account id, id of the key: whichever the event names. */
  readonly actorIds: readonly string[]
  readonly actorEmail: string | undefined
  readonly resourceIds: readonly string[]
}

const known = new WeakMap<Held, Facets>()

/** Read from the event's text when a filter first asks, and kept as long as the event. */
export function facetsOf(held: Held): Facets {
  let facets = known.get(held)
  if (facets === undefined) {
    facets = readFacets(parseJson(textOf(held)), held.type)
    known.set(held, facets)
  }
  return facets
}

function readFacets(body: JsonValue, type: string): Facets {
  const actor = at(body, 'actor')
  const key = at(actor, 'api_key')
  const person = at(at(actor, 'session'), 'user') ?? at(key, 'user')
  return {
    projectId: string(at(at(body, 'project'), 'id')),
    actorIds: strings(at(person, 'id'), at(at(key, 'service_account'), 'id'), at(key, 'id')),
    actorEmail: string(at(person, 'email')),
    resourceIds: resourceIds(at(body, type)),
  }
}

/** Targets: the payload's own id, those of a list in it, and a ChatGPT connector as `<workspace_id>__<connector_id>`. */
function resourceIds(payload: JsonValue | undefined): readonly string[] {
  if (!isJsonObject(payload)) return []
  const listed = Object.values(payload).flatMap(value => (Array.isArray(value) ? value.map(element => at(element as JsonValue, 'id')) : []))
  const workspace = string(payload.workspace_id)
  const connector = string(payload.connector_id)
  const pair = workspace !== undefined && connector !== undefined ? `${workspace}__${connector}` : undefined
  return strings(payload.id, payload.resource_id, pair, ...listed)
}

function at(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) ? (value as JsonObject)[name] : undefined
}

const string = (value: JsonValue | undefined) => (typeof value === 'string' ? value : undefined)
const strings = (...values: readonly (JsonValue | undefined)[]) => values.filter(value => typeof value === 'string')
