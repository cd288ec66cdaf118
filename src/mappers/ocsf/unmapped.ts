import { isJsonObject, type JsonValue } from '../../core/json.ts'
import type { CommonRecord } from '../../record/record.ts'
import { RECORD_OBJECT } from '../../record/shape.ts'
import { isEmpty, keep, type OpenObject, object, setField } from '../../record/values.ts'
import { untoldKind } from './user.ts'

/** Names under `unmapped` that are ours; an unknown field of that name goes to `unmapped.record`. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['details', 'session', 'record', 'raw_data'])

/** What the class has no attribute for, so that nothing is lost even where the original text is left out. */
export function unmappedOf(
  record: CommonRecord,
  details: JsonValue | undefined,
  sessionRest: OpenObject | undefined,
  actor: OpenObject | undefined,
): OpenObject | undefined {
  const { unknown, misfits } = record
  let unmapped: OpenObject | undefined
  let collided: OpenObject | undefined
  for (const key of record.unknownFields) {
    if (OWN_FIELDS.has(key)) collided = keep(collided, key, unknown![key])
    else {
      unmapped ??= {}
      setField(unmapped, key, unknown![key]!)
    }
  }
  if (record.object !== undefined && record.object !== RECORD_OBJECT) unmapped = keep(unmapped, 'object', record.object)
  const { actor: actorMisfit, ...otherMisfits } = misfits ?? {}
  for (const key in otherMisfits) unmapped = keep(unmapped, key, otherMisfits[key])
  const [session, rest] = isJsonObject(actorMisfit) ? splitSession(actorMisfit as OpenObject) : [undefined, actorMisfit]
  unmapped = keep(unmapped, 'actor', withUntold(rest, record, actor))
  unmapped = keep(unmapped, 'session', merged(session, sessionRest))
  unmapped = keep(unmapped, 'record', collided)
  return keep(unmapped, 'details', details)
}

function splitSession(misfit: OpenObject): readonly [JsonValue | undefined, JsonValue] {
  const { session, ...rest } = misfit
  return [session, rest]
}

/** What `actor` has no place for: the kind of a key whose owner did not act, that owner, and the kind of an actor that only a key names. */
function withUntold(
  rest: JsonValue | undefined,
  { actor: { kind, keyKind, id, ownerKind, serviceAccountId } }: CommonRecord,
  actor: OpenObject | undefined,
): JsonValue | undefined {
  const user = object(actor?.user)
  const untold: OpenObject = {}
  const kindOfKey = actor?.app_uid === undefined ? undefined : untoldKind(kind, undefined)
  if (kindOfKey !== undefined) untold.type = kindOfKey
  if (keyKind !== undefined && (user === undefined || keyKind !== ownerKind)) untold.key_type = keyKind
  if (serviceAccountId !== undefined && serviceAccountId !== id) untold.service_account_id = serviceAccountId
  return isEmpty(untold) ? rest : { ...object(rest), ...untold }
}

/** The session's misfits beside what could not be placed; places are joined. A session that is no object has no rest. */
function merged(session: JsonValue | undefined, rest: OpenObject | undefined): JsonValue | undefined {
  if (!isJsonObject(session) || rest === undefined) return session ?? rest
  const joined: OpenObject = { ...(session as OpenObject), ...rest }
  const [theirs, ours] = [session.ip_address_details, rest.ip_address_details]
  if (isJsonObject(theirs) && isJsonObject(ours)) joined.ip_address_details = { ...theirs, ...ours }
  return joined
}
