import { expect, test } from 'vitest'
import { isJsonObject, type JsonValue } from '../core/json.ts'
import { REGISTRY } from '../registry.ts'
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
