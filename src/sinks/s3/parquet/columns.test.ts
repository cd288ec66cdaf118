import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { describe, expect, test } from 'vitest'
import { ACTORS, bodyOf, CLOCK, ORGANIZATION, payloadOf, received } from '../../../../test/mapping/events.ts'
import { restore, sorted } from '../../../../test/support/parquet.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../core/json.ts'
import { createOcsfMapper } from '../../../mappers/ocsf/index.ts'
import { type Item, type Schema, schemaOf } from '../../../mappers/ocsf/schema.ts'
import { OCSF_VERSION_NAMES, type OcsfVersionName } from '../../../mappers/ocsf/versions.ts'
import { TABLE } from '../../../record/table.ts'
import type { Scalar } from './columns.ts'
import { columnsOf } from './columns.ts'
import { encodeParquet } from './encode.ts'
import { toRow } from './row.ts'

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

const UNTYPED = { object: 'organization.audit_log', id: 'audit_log-untyped', effective_at: 1_770_979_925, actor: ACTORS.session! }

type Draft = Map<string, Draft | readonly [Draft | Scalar] | Scalar>

function* documents(version: OcsfVersionName): Generator<JsonObject> {
  const map = createOcsfMapper({ clock: CLOCK, organization: () => ORGANIZATION, version, attack: true })
  yield map(received(UNTYPED)).document
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

test('a class without columns has those of the base event', () => {
  expect(columnsOf('1.3.0', 9999)).toBe(columnsOf('1.3.0', 0))
  expect(columnsOf('9.9.9', 3001)).toBe(columnsOf('1.8.0', 3001))
})

const compressors = {
  ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)),
  GZIP: (input: Uint8Array) => new Uint8Array(gunzipSync(input)),
}

describe.each(OCSF_VERSION_NAMES)('OCSF %s', version => {
  test.each(['zstd', 'gzip', 'snappy'] as const)('a file in %s gives every document back', async compression => {
    const byClass = Map.groupBy(documents(version), ({ class_uid }) => class_uid)
    expect(byClass.size).toBe(6)
    for (const [uid, all] of byClass) {
      const columns = columnsOf(version, uid)
      const body = encodeParquet(
        all.map(document => toRow(document, columns)),
        columns,
        compression,
      )
      const rows = await parquetReadObjects({ file: new Uint8Array(body).buffer, compressors })
      const text = (value: unknown) => JSON.stringify(sorted(value))
      expect(rows.map(row => text(restore(row, columns))).join('\n') === all.map(text).join('\n')).toBe(true)
    }
  })

  test('every document fits its columns, and comes back as it was', () => {
    const differing = []
    for (const document of documents(version)) {
      const columns = columnsOf(version, document.class_uid)
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
