import type { LogEvent } from '../core/event.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { type Actor, readActor } from './actor.ts'
import { boundDepth } from './depth.ts'
import { exactBody } from './exact.ts'
import { readNamedActor } from './named_actor.ts'
import { isTime } from './received.ts'
import { sentenceOf } from './sentence.ts'
import { RISES, type RiseName, type Severity } from './severity.ts'
import { ORGANIZATION_LOG, type Shape, shapeOf, typeOf } from './shape.ts'
import { type Outcome, type Row, rowOf, UNTYPED_ROW } from './table.ts'
import { readNamedTarget, readTarget, type Target } from './target.ts'
import { isEmpty, keep, number, type OpenObject, object, own, text } from './values.ts'

/**
 * What an audit event says, read once; every format is written from it. Undefined is what the record does
 * not say: nothing is guessed.
 */
export interface CommonRecord {
  readonly event: LogEvent
  /** `event.id`, and whether the record itself says so. */
  readonly id: string
  readonly hasOwnId: boolean
  /** As received; empty if the record has none. */
  readonly type: string
  readonly row: Row
  /** Whether the table has a row for the type. */
  readonly known: boolean
  readonly timeMs: number
  /** As the record says, or by the table where it does not. */
  readonly outcome: Outcome
  /** The record's time as it was written, if it is a time. */
  readonly originalTime: string | undefined
  readonly receivedMs: number
  readonly object: string | undefined
  readonly projectId: string | undefined
  readonly projectName: string | undefined
  readonly actor: Actor
  /** As received, but for what is nested too deeply to be written. */
  readonly payload: JsonValue | undefined
  /** The payload as an object: what is none stands under `value`. Undefined if empty. */
  readonly details: JsonObject | undefined
  readonly target: Target
  readonly errorCode: string | undefined
  readonly errorMessage: string | undefined
  /** By the table and the payload; undefined for a record without a type. Destinations may override it. */
  readonly severity: Severity | undefined
  /** One sentence for people. */
  readonly sentence: string
  /** ECS `event.type`. */
  readonly eventType: readonly string[]
  /** Top-level fields that the mapping does not know, with their values. */
  readonly unknown: Readonly<OpenObject> | undefined
  readonly unknownFields: readonly string[]
  /** Known top-level fields, or parts of them, that hold what cannot be placed; at their own paths. */
  readonly misfits: Readonly<OpenObject> | undefined
}

const NO_FIELDS: readonly string[] = []

/** Pure and total: whatever the JSON object holds, it is read, never refused (invariant 4). */
export function toRecord(event: LogEvent): CommonRecord {
  const body = exactBody(event)
  const shape = shapeOf(body)
  const type = typeOf(body)
  const row = type === '' ? UNTYPED_ROW : rowOf(type)
  const isOlder = shape === ORGANIZATION_LOG
  const payloadKey = isOlder ? olderPayloadKey(body) : payloadKeyOf(body, row, shape)
  const payload = payloadKey === undefined ? undefined : boundDepth(body[payloadKey]!)
  const fields = object(payload)
  const actor = isOlder ? readNamedActor(body.actor) : readActor(body.actor)
  const target = isOlder ? readNamedTarget(row, payload) : readTarget(row, fields)
  const time = number(body[shape.timeField])
  const project = object(body.project)
  const hasOwnId = text(event.body.id) !== undefined
  const rest = readRest(body, payloadKey, actor, shape, hasOwnId)
  const receivedMs = isTime(event.receivedMs) ? Math.round(event.receivedMs) : 0
  const record = {
    event,
    id: event.id,
    hasOwnId,
    type,
    row,
    known: row.known,
    timeMs: isTime(event.timeMs) ? Math.round(event.timeMs) : receivedMs,
    outcome: isOlder && typeof body.success === 'boolean' ? (body.success ? 'success' : 'failure') : row.outcome,
    originalTime: time !== undefined && isTime(time * 1000) ? (text(body[shape.timeField]) ?? String(time)) : undefined,
    receivedMs,
    object: typeof body.object === 'string' ? text(body.object) : undefined,
    projectId: project && text(project.id),
    projectName: project && text(project.name),
    actor,
    payload,
    details: detailsOf(payload),
    target,
    errorCode: fields && text(fields.error_code),
    errorMessage: fields && text(fields.error_message),
    severity: row.rises === undefined ? row.severity : (severityOf(event, row.rises, target, fields) ?? row.severity),
    sentence: '',
    eventType: row.eventType[target.principal],
    unknown: rest.unknown,
    unknownFields: rest.unknown === undefined ? NO_FIELDS : Object.keys(rest.unknown),
    misfits: rest.misfits,
  }
  record.sentence = sentenceOf(record)
  return record
}

/** What is redacted for a sink is judged as it was received: a role that nobody there may read still counts. */
function severityOf({ received }: LogEvent, rises: RiseName, { roles }: Target, payload: JsonObject | undefined): Severity | undefined {
  return received === undefined ? RISES[rises](roles, payload) : toRecord(received).severity
}

/** The payload stands under the type, or under a spelling of it that collectors write. */
function payloadKeyOf(body: JsonObject, row: Row, { envelope }: Shape): string | undefined {
  for (const key of row.payloadKeys) {
    if (!isEmpty(own(body, key)) && !envelope.has(key)) return key
  }
  return undefined
}

/** The only payload of the older shape is what was acted on. */
function olderPayloadKey(body: JsonObject): string | undefined {
  return isEmpty(body.target) ? undefined : 'target'
}

function detailsOf(payload: JsonValue | undefined): JsonObject | undefined {
  if (isEmpty(payload)) return undefined
  return object(payload) ?? { value: payload }
}

interface Rest {
  readonly unknown: OpenObject | undefined
  readonly misfits: OpenObject | undefined
}

function readRest(body: JsonObject, payloadKey: string | undefined, actor: Actor, { envelope, timeField }: Shape, hasOwnId: boolean): Rest {
  let unknown: OpenObject | undefined
  let misfits: OpenObject | undefined = keep(undefined, 'actor', bounded(actor.rest))
  for (const key in body) {
    if (key === payloadKey || key === 'actor') continue
    const value = body[key]
    if (!envelope.has(key)) unknown = keep(unknown, key, bounded(value))
    else if (key === 'project') misfits = keep(misfits, key, bounded(projectRest(value)))
    else if (key === 'id' ? !hasOwnId : !isRead(key, value, timeField)) misfits = keep(misfits, key, bounded(value))
  }
  return { unknown, misfits }
}

const bounded = (value: JsonValue | undefined) => (value === undefined ? undefined : boundDepth(value))

function isRead(key: string, value: JsonValue | undefined, timeField: string): boolean {
  if (key === 'success') return typeof value === 'boolean'
  if (key === 'api_request') return false
  if (key === timeField) {
    const time = number(value)
    return time !== undefined && isTime(time * 1000)
  }
  return typeof value === 'string'
}

function projectRest(project: JsonValue | undefined): JsonValue | undefined {
  const fields = object(project)
  if (fields === undefined) return project
  let rest: OpenObject | undefined
  for (const key in fields) {
    if ((key !== 'id' && key !== 'name') || text(fields[key]) === undefined) rest = keep(rest, key, fields[key])
  }
  return rest
}
