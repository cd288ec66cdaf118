import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import type { Column, Struct } from './columns.ts'

/** A value as the Parquet writer takes it: integers of 64 bits are bigints, JSON is text. */
type Cell = string | number | bigint | boolean | undefined | readonly Cell[] | { readonly [attribute: string]: Cell }

/** What of a value has a column, and what has none. */
interface Placed {
  readonly cell: Cell
  readonly rest: JsonValue | undefined
}

export type Row = Readonly<Record<string, Cell>>

/** Where `unmapped` keeps what has no column: attributes in their places. */
const REST = 'attributes'
const INT_MAX = 2 ** 31

/** A document as a row. What has no column, or is of another type than its column, goes to `unmapped`: nothing is lost. */
export function toRow(document: JsonObject, columns: Struct): Row {
  const { unmapped, ...others } = document
  const { cell, rest } = placeStruct(others, columns)
  const kept = rest === undefined ? unmapped : { ...(isJsonObject(unmapped) ? unmapped : {}), [REST]: rest }
  return { ...(cell as Row), unmapped: kept === undefined ? undefined : JSON.stringify(kept) }
}

function place(value: JsonValue, column: Column): Placed {
  if (typeof column === 'string') {
    const cell = scalar(value, column)
    return { cell, rest: cell === undefined && value !== null ? value : undefined }
  }
  return Array.isArray(column) ? placeList(value, column[0] as Column) : placeStruct(value, column as Struct)
}

function scalar(value: JsonValue, column: Column): Cell {
  switch (column) {
    case 'string':
      return typeof value === 'string' ? value : undefined
    case 'int':
      return Number.isInteger(value) && Math.abs(value as number) < INT_MAX ? (value as number) : undefined
    case 'long':
      return Number.isSafeInteger(value) ? BigInt(value as number) : undefined
    case 'double':
      return typeof value === 'number' ? value : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    default:
      return value === null ? undefined : JSON.stringify(value)
  }
}

/** A list stays whole: an element that does not fit takes the list with it. */
function placeList(value: JsonValue, element: Column): Placed {
  if (!Array.isArray(value)) return { cell: undefined, rest: value ?? undefined }
  const placed = (value as readonly JsonValue[]).map(each => place(each, element))
  const isWhole = placed.every(({ cell, rest }) => rest === undefined && cell !== undefined)
  return isWhole ? { cell: placed.map(({ cell }) => cell), rest: undefined } : { cell: undefined, rest: value }
}

function placeStruct(value: JsonValue, columns: Struct): Placed {
  if (!isJsonObject(value)) return { cell: undefined, rest: value ?? undefined }
  const cells: [string, Cell][] = []
  const rest: [string, JsonValue][] = []
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    const column = Object.hasOwn(columns, name) ? columns[name] : undefined
    const placed = column === undefined ? { cell: undefined, rest: member } : place(member, column)
    if (placed.cell !== undefined) cells.push([name, placed.cell])
    if (placed.rest !== undefined) rest.push([name, placed.rest])
  }
  return { cell: Object.fromEntries(cells), rest: rest.length === 0 ? undefined : Object.fromEntries(rest) }
}
