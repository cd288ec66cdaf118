import type { JsonObject } from '../core/json.ts'

/*
  The two shapes a record may have:

    audit log          {object, id, type, effective_at, project, actor{type, session | api_key}, <type>: payload}
    organization log   {id, event, created_at, actor{type, id, name}, target, api_request, success}, the older one
*/

/** What `object` always says. */
export const RECORD_OBJECT = 'organization.audit_log'

/** The names by which a record of one shape is read. */
export interface Shape {
  readonly typeField: 'type' | 'event'
  /** Seconds since 1970. */
  readonly timeField: 'effective_at' | 'created_at'
  /** The fields that every record has. */
  readonly envelope: ReadonlySet<string>
}

const AUDIT_LOG: Shape = {
  typeField: 'type',
  timeField: 'effective_at',
  envelope: new Set(['id', 'type', 'effective_at', 'object', 'project', 'actor']),
}
export const ORGANIZATION_LOG: Shape = {
  typeField: 'event',
  timeField: 'created_at',
  envelope: new Set(['id', 'event', 'created_at', 'object', 'project', 'actor', 'target', 'api_request', 'success']),
}

/** The older one if there is neither `type` nor `effective_at`, but a text as `event`, or a `created_at`. */
export function shapeOf(body: JsonObject): Shape {
  if (body.type !== undefined || body.effective_at !== undefined) return AUDIT_LOG
  return typeof body.event === 'string' || body.created_at !== undefined ? ORGANIZATION_LOG : AUDIT_LOG
}

/** As received; empty if the record has none. */
export function typeOf(body: JsonObject): string {
  const type = body[shapeOf(body).typeField]
  return typeof type === 'string' ? type : ''
}
