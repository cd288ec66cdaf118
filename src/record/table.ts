import { type Activity, activity, activityOfVerb } from './classes.ts'
import EVENT_TYPES from './event_types.json' with { type: 'json' }
import { type RiseName, SEVERITIES, type Severity, type SeverityName } from './severity.ts'

/** A row as `event_types.json` has it; `test/mapping/row_schema.ts` says what each field may hold. */
export interface TableRow {
  readonly type: string
  /** `class.activity`, with the activity's name where it is 99. The first that can be filled is taken. */
  readonly ocsf: readonly string[]
  /** What is acted on, in words. */
  readonly entity: string
  /** OCSF `entity.type_id`; 99 if absent. */
  readonly entity_type_id?: number
  readonly target?: TargetRule
  readonly category: readonly string[]
  /** ECS `event.type`; `{principal}` is `user`, `group` or `admin`, by the principal of the assignment. */
  readonly event_type: readonly string[]
  readonly outcome: Outcome
  readonly severity: SeverityName
  readonly rises?: RiseName
  readonly attack: readonly string[]
  /** The rule of `docs/mapping.md` that explains the row. */
  readonly note?: string
}

export type Outcome = 'success' | 'failure' | 'unknown'
/** Which field of the payload names the target: its `id` unless the row says otherwise. */
type TargetRule = 'id' | 'role' | 'principal' | 'list' | 'member' | 'membership'
/** Kinds of target that have fields of their own. */
export type ActsOn = 'user' | 'service_account' | 'invite' | 'group' | undefined
export type Principal = 'user' | 'group' | 'admin'

/** A row made ready for mapping. Its lists are shared by all documents: not frozen, for JSON.stringify writes what is frozen more slowly. */
export interface Row {
  readonly type: string
  readonly known: boolean
  /** Candidates in order; the last one can always be filled. */
  readonly ocsf: readonly Activity[]
  readonly entity: string
  /** The entity in snake case. */
  readonly entityKey: string
  readonly entityTypeId: number
  readonly target: TargetRule
  readonly actsOn: ActsOn
  readonly category: readonly string[]
  readonly eventType: Readonly<Record<Principal, readonly string[]>>
  readonly outcome: Outcome
  readonly severity: Severity | undefined
  readonly rises: RiseName | undefined
  readonly attack: readonly string[]
  readonly note: string | undefined
  /** Names under which the payload may stand, the likeliest first. */
  readonly payloadKeys: readonly string[]
}

/** Spellings that the API has given up; events of that time carry them. */
const RETIRED: ReadonlyMap<string, string> = new Map([
  ['checkpoint_permission.created', 'checkpoint.permission.created'],
  ['checkpoint_permission.deleted', 'checkpoint.permission.deleted'],
])
const ACTS_ON: Readonly<Record<string, ActsOn>> = {
  User: 'user',
  Membership: 'user',
  'Service Account': 'service_account',
  Invite: 'invite',
  Group: 'group',
}
const ENTITY_MANAGEMENT = 3004
/** Rows for unknown types that are remembered: more than this many made-up types are not worth the memory. */
const UNKNOWN_ROWS_MAX = 1000
const TITLE_CHARS_MAX = 200
/** Activity of Entity Management → ECS `event.type`; any other changes something. */
const ECS_TYPES: Readonly<Record<number, string>> = { 1: 'creation', 2: 'info', 4: 'deletion' }

export const TABLE: readonly TableRow[] = EVENT_TYPES as readonly TableRow[]
const ROWS: ReadonlyMap<string, Row> = new Map(withRetired(TABLE.map(row => prepare(row, true))))
const UNKNOWN_ROWS = new Map<string, Row>()

/** For a record that has no type: OCSF Base Event. */
export const UNTYPED_ROW: Row = {
  ...prepare(
    { type: '', ocsf: [], entity: 'Record', category: [], event_type: [], outcome: 'unknown', severity: 'low', attack: [] },
    false,
  ),
  ocsf: [activity(0, 0)],
  severity: undefined,
  payloadKeys: [],
}

/** The row of a type; for a type that the table does not have, one made from its words. */
export function rowOf(type: string): Row {
  return ROWS.get(type) ?? UNKNOWN_ROWS.get(type) ?? unknownRow(type)
}

/** What the API calls a type today; itself, but for a spelling that was given up. */
export const currentNameOf = (type: string): string => RETIRED.get(type) ?? type

function* withRetired(rows: readonly Row[]): Iterable<readonly [string, Row]> {
  for (const row of rows) yield [row.type, row]
  for (const [retired, current] of RETIRED) {
    const row = rows.find(({ type }) => type === current)!
    yield [retired, { ...row, type: retired, payloadKeys: [retired, ...row.payloadKeys.filter(key => key !== retired)] }]
  }
}

function prepare(row: TableRow, known: boolean): Row {
  const entityKey = row.entity.toLowerCase().replaceAll(' ', '_')
  const candidates = row.ocsf.map(parseActivity)
  const alwaysFilled = candidates.some(({ classUid }) => classUid === ENTITY_MANAGEMENT)
  const retired = [...RETIRED].flatMap(([from, to]) => (to === row.type ? [from] : []))
  return {
    type: row.type,
    known,
    ocsf: alwaysFilled ? candidates : [...candidates, lastResort(row.type)],
    entity: row.entity,
    entityKey,
    entityTypeId: row.entity_type_id ?? 99,
    target: row.target ?? 'id',
    actsOn: ACTS_ON[row.entity],
    category: row.category,
    eventType: {
      user: eventType(row, 'user'),
      group: eventType(row, 'group'),
      admin: eventType(row, 'admin'),
    },
    outcome: row.outcome,
    severity: SEVERITIES[row.severity],
    rises: row.rises,
    attack: row.attack,
    note: row.note,
    payloadKeys: [...new Set([row.type, ...retired].flatMap(key => [key, key.replaceAll('.', '_')]))],
  }
}

function eventType(row: TableRow, principal: Principal): readonly string[] {
  return row.event_type.map(type => (type === '{principal}' ? principal : type))
}

/** `3001.99 Update` → Account Change, activity 99 named Update. */
function parseActivity(text: string): Activity {
  const [, classUid, activityId, name] = /^(\d+)\.(\d+)(?: (.+))?$/.exec(text)!
  return activity(Number(classUid), Number(activityId), name)
}

/** Entity Management with the type's own verb: its entity can always be named, by its kind. */
function lastResort(type: string): Activity {
  const { verb } = wordsOf(type)
  const id = activityOfVerb(verb)
  return id === undefined ? activity(ENTITY_MANAGEMENT, 99, titled(verb) || 'Unknown') : activity(ENTITY_MANAGEMENT, id)
}

/** `looked_up` → `Looked Up`. */
function titled(words: string): string {
  const capitals = words
    .split(/[._\s]+/)
    .filter(word => word !== '')
    .map(word => word[0]!.toUpperCase() + word.slice(1))
  return capitals.join(' ').slice(0, TITLE_CHARS_MAX)
}

/** Last part = verb, the rest = kind, without a leading `tenant`. A type of one word is its own kind. */
function wordsOf(type: string): { readonly verb: string; readonly kind: string } {
  const parts = type.split('.').filter(part => part !== '')
  const verb = parts.at(-1) ?? type
  const kind = parts.slice(parts[0] === 'tenant' && parts.length > 2 ? 1 : 0, -1).join('.')
  return { verb, kind: kind === '' ? verb : kind }
}

function unknownRow(type: string): Row {
  const { verb, kind } = wordsOf(type)
  const id = activityOfVerb(verb)
  const row = prepare(
    {
      type,
      ocsf: [],
      entity: titled(kind) || 'Unknown',
      category: ['configuration'],
      event_type: [id === undefined ? 'info' : (ECS_TYPES[id] ?? 'change')],
      outcome: /(failed|denied|rejected)$/.test(type) ? 'failure' : id !== undefined || type.endsWith('succeeded') ? 'success' : 'unknown',
      severity: 'low',
      attack: [],
    },
    false,
  )
  if (UNKNOWN_ROWS.size < UNKNOWN_ROWS_MAX && type.length <= TITLE_CHARS_MAX) UNKNOWN_ROWS.set(type, row)
  return row
}
