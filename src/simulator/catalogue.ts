import EVENT_TYPES from './event_types.json' with { type: 'json' }

/** What a payload looks like: a leaf's JSON type, an object of shapes, or a list of one shape. */
export type Shape = string | readonly Shape[] | { readonly [name: string]: Shape }

export interface CatalogueType {
  readonly type: string
  /** Listed only with `tenant_only=true`. */
  readonly tenant: boolean
  /** What stands under the type's own name; null where nothing is published about it. */
  readonly payload: { readonly [name: string]: Shape } | null
}

/** Every type the API names, in the order of its reference. */
export const CATALOGUE: readonly CatalogueType[] = EVENT_TYPES as readonly CatalogueType[]

const BY_NAME = new Map(CATALOGUE.map(row => [row.type, row]))

/** Left the reference in May 2026, still to be found in older events. */
const RETIRED_TYPES = new Set(['checkpoint_permission.created', 'checkpoint_permission.deleted'])

export function isKnownType(type: string): boolean {
  return BY_NAME.has(type) || RETIRED_TYPES.has(type)
}

/** By the catalogue; a type it does not know is tenant-scoped when its name says so. */
export function isTenantScoped(type: string): boolean {
  return BY_NAME.get(type)?.tenant ?? type.startsWith('tenant.')
}

/** What an organization sees most, most frequent first, with its weight. */
const EVERYDAY: readonly (readonly [type: string, weight: number])[] = [
  ['login.succeeded', 34],
  ['api_key.created', 14],
  ['logout.succeeded', 10],
  ['login.failed', 8],
  ['api_key.deleted', 7],
  ['api_key.updated', 5],
  ['user.added', 4],
  ['invite.sent', 4],
  ['invite.accepted', 3],
  ['project.updated', 3],
  ['rate_limit.updated', 3],
  ['role.assignment.created', 3],
  ['service_account.created', 2],
]

const DRAWN: readonly CatalogueType[] = EVERYDAY.flatMap(([type, weight]) => Array.from({ length: weight }, () => BY_NAME.get(type)!))

/** Every fourth event takes the next type of the catalogue, so that 600 events hold all of them; the others are everyday ones. */
export function typeOf(index: number, draw: number): CatalogueType {
  if (index % 4 === 0) return CATALOGUE[(index / 4) % CATALOGUE.length]!
  return DRAWN[Math.floor(draw * DRAWN.length)]!
}
