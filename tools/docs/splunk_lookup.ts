import type { JsonObject } from '../../src/core/json.ts'
import { createCimMapper } from '../../src/mappers/cim/index.ts'
import { TABLE } from '../../src/record/table.ts'
import { ACTORS, bodyOf, CLOCK, received } from '../../test/mapping/events.ts'

const COLUMNS = ['event_type', 'tailrace_dataset', 'action', 'change_type', 'object_category'] as const

/** What each event type is in the Common Information Model, for the Splunk app: as the format cim says it of a record with nothing but its id. */
export function splunkLookup(): string {
  const retired = ['checkpoint_permission.created', 'checkpoint_permission.deleted']
  const rows = [...TABLE.map(({ type }) => type), ...retired].map(rowOf)
  return `${[COLUMNS.join(','), ...rows].join('\n')}\n`
}

const map = createCimMapper({ clock: CLOCK })

function rowOf(type: string): string {
  const document = map(received(bodyOf({ type, actor: ACTORS.session, payload: { id: 'x' } }, 'audit_log-1'))).document
  const { tags, action, change_type, object_category } = document as JsonObject & { tags: readonly string[] }
  const dataSet = tags.at(-1)!
  return [type, dataSet, action, change_type ?? 'AAA', object_category ?? 'session'].join(',')
}
