import type { LogEvent } from '../../core/event.ts'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../core/json.ts'
import { decoded, edited, type JsonNode, nodesBelow, scanJson } from '../../core/json_text.ts'
import type { Mapper } from '../../core/mapper.ts'
import { exactBody } from '../../record/exact.ts'
import { receivedEvent } from '../../record/received.ts'
import { toRecord } from '../../record/record.ts'
import { shapeOf, typeOf } from '../../record/shape.ts'
import { rowOf, TABLE, type TableRow } from '../../record/table.ts'
import { type Column, columnsBehind } from './columns.ts'
import { changed, fieldsOf, stepTo } from './fields.ts'
import { markersFor } from './markers.ts'

/** Where a field comes from. */
export type Origin =
  /** A value of the record. as_is: it stands there; part: it stands in it; decides: something follows from it. */
  | { readonly received: string; readonly how: How }
  /** A column of the row of the type. */
  | { readonly row: Column; readonly value: JsonValue | undefined }
  | { readonly text: 'received' }
  | { readonly time: 'received' | 'mapped' }
  /** The same whatever the event is. */
  | { readonly constant: true }

export interface Provenance {
  readonly id: string
  readonly type: string
  /** False: the table has no row for the type; one is made from its words. */
  readonly known: boolean
  /** The rule of docs/mapping.md that explains the row. */
  readonly note: string | undefined
  readonly fields: readonly { readonly field: string; readonly value: JsonValue; readonly from: readonly Origin[] }[]
}

export interface Mapping {
  readonly mapper: Mapper
  /** Sets what the mapper takes for the time. */
  readonly setTime: (ms: number) => void
}

/**
 * Where each field of a mapped event comes from. No mapper says so; it is observed: the event is mapped again with one
 * value exchanged, with the type of every other row, at another time. A field is made from what it changes with.
 */
export function provenanceOf(event: LogEvent, { mapper, setTime }: Mapping): Provenance {
  const nowMs = event.receivedMs
  setTime(nowMs)
  const map = (text: string, receivedMs = nowMs) => fieldsOf(parseJson(mapper(variant(event, text, receivedMs)).json))
  const { text } = event
  const base = map(text)
  const origins = new Map<string, Origin[]>([...base.keys()].map(field => [field, []]))
  const add = (fields: Iterable<string>, origin: (field: string) => Origin) => {
    for (const field of fields) if (!ofText.has(field)) origins.get(field)!.push(origin(field))
  }
  // A space says nothing: what changes with it holds the text itself.
  const ofText = new Set(changed(base, map(text.replace('{', '{ '))))

  for (const [path, node] of scalarsOf(text)) {
    if (path === shapeOf(event.body).typeField) continue
    const seen = new Map<string, How>()
    for (const marker of markersFor(text.slice(node.start, node.end))) {
      const after = map(edited(text, [{ start: node.start, end: node.end, text: marker }]))
      for (const field of changed(base, after)) seen.set(field, nearer(seen.get(field), howIn(marker, after.get(field))))
    }
    add(seen.keys(), field => ({ received: path, how: seen.get(field)! }))
  }
  const { type } = toRecord(event)
  if (type !== '') for (const [field, origin] of fromRow(event, base, map)) if (!ofText.has(field)) origins.get(field)!.push(...origin)
  add(changed(base, map(text, nowMs + 1000)), () => ({ time: 'received' }))
  setTime(nowMs + 1000)
  add(changed(base, map(text)), () => ({ time: 'mapped' }))
  setTime(nowMs)

  const row = type === '' ? undefined : rowOf(type)
  return {
    id: event.id,
    type,
    known: row?.known ?? false,
    note: row?.note,
    fields: [...base].map(([field, value]) => ({ field, value: JSON.parse(value) as JsonValue, from: fromOf(field, origins, ofText) })),
  }
}

function fromOf(field: string, origins: ReadonlyMap<string, readonly Origin[]>, ofText: ReadonlySet<string>): readonly Origin[] {
  if (ofText.has(field)) return [{ text: 'received' }]
  const found = origins.get(field)!
  return found.length > 0 ? found.toSorted((a, b) => rank(a) - rank(b)) : [{ constant: true }]
}

/** First what stands in the field, then the row, then the rest. */
function rank(origin: Origin): number {
  if ('received' in origin) return HOWS.indexOf(origin.how) * 2
  return 'row' in origin ? 3 : 5
}

function variant({ source, stream }: LogEvent, text: string, receivedMs: number): LogEvent {
  return receivedEvent({ source, stream, receivedMs, text, body: parseJson(text) as JsonObject })
}

const HOWS = ['as_is', 'part', 'decides'] as const
type How = (typeof HOWS)[number]

const nearer = (a: How = 'decides', b: How = 'decides') => HOWS[Math.min(HOWS.indexOf(a), HOWS.indexOf(b))]!

/** What became of the marker in a field; both are JSON. */
function howIn(marker: string, field: string | undefined): How {
  if (field === undefined) return 'decides'
  const value = String(JSON.parse(marker))
  if (String(JSON.parse(field)) === value) return 'as_is'
  return field.includes(JSON.stringify(value).slice(1, -1)) ? 'part' : 'decides'
}

/** Every text, number and boolean of a record, by its path. */
function* scalarsOf(text: string): Generator<readonly [string, JsonNode]> {
  const root = scanJson(text)
  for (const node of nodesBelow(root)) {
    if (node.kind === 'object' || node.kind === 'list') continue
    yield [pathTo(text, node), node]
  }
}

function pathTo(text: string, node: JsonNode): string {
  const ways: JsonNode[] = []
  for (let here: JsonNode | undefined = node; here?.parent !== undefined; here = here.parent) ways.unshift(here)
  return ways.reduce(
    (path, way) => (way.key === undefined ? `${path}[${way.parent!.children.indexOf(way)}]` : stepTo(path, decoded(text, way.key))),
    '',
  )
}

/** The same record under the type of every row, with its payload; the columns that each field follows from. */
function fromRow(
  event: LogEvent,
  base: ReadonlyMap<string, string>,
  map: (text: string) => ReadonlyMap<string, string>,
): readonly (readonly [string, readonly Origin[]])[] {
  const body = exactBody(event)
  const type = typeOf(body)
  const { typeField } = shapeOf(body)
  const own = TABLE.find(row => row.type === type)
  const payloadKey = rowOf(type).payloadKeys.find(key => Object.hasOwn(body, key))
  const perRow = TABLE.map(row => {
    if (row === own) return base
    const { [payloadKey ?? '']: payload, ...rest } = body
    const renamed = payload === undefined ? {} : { [row.type]: payload }
    return map(JSON.stringify({ ...rest, [typeField]: row.type, ...renamed }))
  })
  return [...base].map(([field, value]) => {
    const values = perRow.map(fields => fields.get(field))
    if (values.every(other => other === value)) return [field, []] as const
    const columns = own === undefined ? undefined : columnsBehind(values)
    if (columns !== undefined) return [field, columns.map((column): Origin => ({ row: column, value: valueIn(own!, column) }))] as const
    const hows = TABLE.map((row, index) => howIn(JSON.stringify(row.type), values[index]))
    return [field, [{ received: typeField, how: hows.toSorted((a, b) => HOWS.indexOf(b) - HOWS.indexOf(a))[0]! }]] as const
  })
}

function valueIn(row: TableRow, column: Column): JsonValue | undefined {
  const value: unknown = row[column]
  return typeof value === 'string' || typeof value === 'number' || Array.isArray(value) || isJsonObject(value)
    ? (value as JsonValue)
    : undefined
}
