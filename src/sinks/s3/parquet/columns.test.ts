import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../../../test/mapping/events.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { createOcsfMapper } from '../../../mappers/ocsf/index.ts'
import { type Item, type Schema, schemaOf } from '../../../mappers/ocsf/schema.ts'
import { OCSF_VERSION_NAMES, type OcsfVersionName } from '../../../mappers/ocsf/versions.ts'
import { TABLE } from '../../../record/table.ts'
import type { Column, Scalar } from './columns.ts'
import { columnsOf } from './columns.ts'
import { toRow } from './fit.ts'

/*
  The file of columns is made of what every type with every actor becomes, typed by the official schema:
  `UPDATE_COLUMNS=1 npx vitest run src/sinks/s3/parquet`. An attribute that the mapping comes to write needs it written anew.
*/
const PATH = new URL('columns.json', import.meta.url)
const SCALARS: Readonly<Record<string, Scalar>> = {
  boolean_t: 'boolean',
  integer_t: 'int',
  long_t: 'long',
  float_t: 'double',
  json_t: 'json',
}
const MORE: readonly JsonObject[] = [{}, { project: { id: 'proj_1', name: 'Prod' } }]

type Draft = Map<string, Draft | readonly [Draft | Scalar] | Scalar>

function* documents(version: OcsfVersionName): Generator<JsonObject> {
  const map = createOcsfMapper({ clock: CLOCK, organization: () => ORGANIZATION, version, attack: true })
  for (const { type } of [...TABLE, { type: 'checkpoint_permission.created' }, { type: 'quantum.entangled' }]) {
    for (const actor of Object.values(ACTORS)) {
      for (const more of MORE) yield map(received(bodyOf({ type, actor, payload: payloadOf(type), more }))).document
    }
  }
}

/** Adds the attributes that a value has. */
function observe(draft: Draft, value: JsonObject, item: Item, schema: Schema): void {
  for (const [name, member] of Object.entries(value)) {
    const { type, objectName, isList } = item.attributes.get(name)!
    const object = objectName === undefined ? undefined : schema.objects.get(objectName)
    if (object === undefined || object.isOpen) {
      const scalar = object === undefined ? (SCALARS[schema.types.get(type!)?.primitive ?? ''] ?? 'string') : 'json'
      draft.set(name, isList ? [scalar] : scalar)
      continue
    }
    const known = draft.get(name)
    const inner = (isList ? (known as [Draft] | undefined)?.[0] : known) ?? new Map()
    draft.set(name, isList ? [inner as Draft] : (inner as Draft))
    for (const each of isList ? (member as readonly JsonValue[]) : [member!]) {
      if (isJsonObject(each)) observe(inner as Draft, each, object, schema)
    }
  }
}

const toJson = (draft: Draft): object =>
  Object.fromEntries(
    [...draft]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, column]) => {
        if (typeof column === 'string') return [name, column]
        if (column instanceof Map) return [name, toJson(column)]
        const [element] = column
        return [name, [element instanceof Map ? toJson(element) : element]]
      }),
  )

function columnsText(): string {
  const versions = OCSF_VERSION_NAMES.map(version => {
    const schema = schemaOf(version)
    const classes = new Map<number, Draft>()
    for (const document of documents(version)) {
      const uid = document.class_uid as number
      const draft: Draft = classes.get(uid) ?? new Map<string, Scalar>([['unmapped', 'json']])
      classes.set(uid, draft)
      observe(draft, document, schema.classes.get(uid)!, schema)
    }
    const lines = [...classes].sort(([a], [b]) => a - b).map(([uid, draft]) => `    "${uid}": ${JSON.stringify(toJson(draft))}`)
    return `  "${version}": {\n${lines.join(',\n')}\n  }`
  })
  return `{\n${versions.join(',\n')}\n}\n`
}

test('the file has every attribute that is written, with its type', () => {
  const text = columnsText()
  if (process.env.UPDATE_COLUMNS === '1') writeFileSync(PATH, text)
  expect(text).toBe(readFileSync(PATH, 'utf8'))
})

describe.each(OCSF_VERSION_NAMES)('OCSF %s', version => {
  test('every document fits its columns, and comes back as it was', () => {
    const differing = []
    for (const document of documents(version)) {
      const columns = columnsOf(version, document.class_uid)!
      const row = toRow(document, columns)
      const back = restore(row, columns)
      if (JSON.stringify(sorted(back)) !== JSON.stringify(sorted(document))) differing.push([document, back])
    }
    expect(differing.slice(0, 1)).toEqual([])
  })
})

test('what has no column, or not its type, is kept in unmapped', () => {
  const columns = { time: 'long', count: 'int', tags: ['string'], user: { name: 'string' }, unmapped: 'json' } as const
  const document = { time: 1.5, count: 2 ** 40, tags: ['a', 1], user: { name: 'n', age: 3 }, novel: { deep: [1] }, unmapped: { own: 1 } }
  expect(toRow(document, columns)).toEqual({
    user: { name: 'n' },
    unmapped: JSON.stringify({
      own: 1,
      attributes: { time: 1.5, count: 2 ** 40, tags: ['a', 1], user: { age: 3 }, novel: { deep: [1] } },
    }),
  })
  expect(toRow({ time: 5, tags: [], user: {}, count: null }, columns)).toEqual({ time: 5n, tags: [], user: {}, unmapped: undefined })
})

/** What a reader of the object has to do to get the document back. */
function restore(cell: unknown, column: Column): unknown {
  if (cell === undefined) return undefined
  if (column === 'json') return JSON.parse(cell as string) as unknown
  if (column === 'long') return Number(cell)
  if (typeof column === 'string') return cell
  if (Array.isArray(column)) return (cell as unknown[]).map(each => restore(each, column[0] as Column))
  const restored = Object.entries(cell as object).map(([name, value]) => [name, restore(value, (column as Record<string, Column>)[name]!)])
  return Object.fromEntries(restored.filter(([, value]) => value !== undefined)) as object
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => [name, sorted(member)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}
