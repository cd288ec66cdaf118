import type { Cursor } from '../../paging/cursor_walk.ts'
import type { ListShape } from '../../paging/page.ts'

export const SHAPE: ListShape = { component: 'openai_organization_logs', timeField: 'created_at' }

/** The query string of one question. `order` is the API's own parameter; the list is read newest first. */
export function encodeQuery(cursor: Cursor | undefined, pageEvents: number): string {
  const query = new URLSearchParams({ limit: String(pageEvents), order: 'desc' })
  if (cursor !== undefined) query.append(cursor.name, cursor.id)
  return query.toString()
}
