import type { Column } from '../../src/sinks/s3/parquet/columns.ts'

/** What a reader of an object has to do to get a document back: leave out what is null, and parse what is JSON. */
export function restore(cell: unknown, column: Column): unknown {
  if (cell === undefined || cell === null) return undefined
  if (column === 'json') return JSON.parse(cell as string) as unknown
  if (column === 'long') return Number(cell)
  if (typeof column === 'string') return cell
  if (Array.isArray(column)) return (cell as unknown[]).map(each => restore(each, column[0] as Column))
  const restored = Object.entries(cell as object).map(([name, value]) => [name, restore(value, (column as Record<string, Column>)[name]!)])
  return Object.fromEntries(restored.filter(([, value]) => value !== undefined)) as object
}

/** With the members of its objects in one order, for a comparison as text. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => [name, sorted(member)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
