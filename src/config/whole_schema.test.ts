import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { REGISTRY } from '../registry.ts'
import { describedSchema, forEditors } from './json_schema.ts'
import { configurationSchema } from './whole_schema.ts'

function referencesIn(value: JsonValue | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).flatMap(referencesIn)
  if (!isJsonObject(value)) return []
  return [...(typeof value.$ref === 'string' ? [value.$ref] : []), ...Object.values(value).flatMap(referencesIn)]
}

test('every reference of the schema leads somewhere from its root', () => {
  const schema = configurationSchema(REGISTRY)
  const references = new Set(referencesIn(schema))
  expect(references.size).toBeGreaterThan(0)
  for (const reference of references) {
    const [root, ...names] = reference.split('/')
    let here: JsonValue | undefined = schema
    for (const name of names) here = isJsonObject(here) ? here[name] : undefined
    expect([reference, root, here]).toEqual([reference, '#', expect.any(Object)])
  }
})

const CONFIG = join(import.meta.dirname, '../../config')
/** As an editor checks it. zod reads patterns without the flag u, which knows no \p{L}. */
const readable = (schema: object) => JSON.parse(JSON.stringify(schema).replaceAll('\\\\p{L}', '[A-Za-z]')) as object
const accepts = (schema: unknown, value: unknown) => z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(value)

test.each(readdirSync(CONFIG).filter(name => name.endsWith('.yaml')))('the shipped config/%s is valid by the schema', name => {
  expect(accepts(readable(configurationSchema(REGISTRY)), parse(readFileSync(join(CONFIG, name), 'utf8')))).toMatchObject({ success: true })
})

test('a variable may stand where a text has a form of its own, and not in a name', () => {
  const schema = forEditors(describedSchema(z.strictObject({ hosts: z.record(z.string().regex(/^[a-z]+$/), z.string().regex(/^h:\d+$/)) })))
  const isValid = (hosts: object) => accepts(schema, { hosts }).success
  expect([{ a: 'h:1' }, { a: '${HOST}' }, { a: 'h:${PORT}' }, { a: 'h' }, { '${A}': 'h:1' }].map(isValid)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
