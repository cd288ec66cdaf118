import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonValue, parseJson } from './json.ts'

/** Names that are written with escapes, and names that the first characters of those spell. */
const name = fc.constantFrom('"', '\\', '\n', '\\n', 'a"', 'a\\', 'é', '\\u', '\u0001', '\\u0', '', '__proto__', '7', 'a')
const object = fc.letrec<{ value: JsonValue; object: readonly (readonly [string, JsonValue])[] }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue({ stringUnit: 'binary' }) as fc.Arbitrary<JsonValue>,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object').map(members => Object.fromEntries(members)),
  ),
  object: fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }),
})).object

test('a name is read as it is written, whatever names were read before', () => {
  for (const [met, read] of [
    ['{"k":1,"\\\\":2}', '{"k":1,"\\"":2}'],
    ['{"l":1,"a\\\\":2}', '{"l":1,"a\\n":2}'],
    ['{"m":1,"C:\\\\\\\\":2}', '{"m":1,"C:\\\\x":2}'],
    ['{"n":1,"\\\\u":2}', '{"n":1,"\\u00e9x" \n:2}'],
  ] as const) {
    for (let times = 0; times < 3; times++) JSON.parse(met)
    expect(JSON.stringify(parseJson(read))).toBe(read.replace(' \n', '').replace('\\u00e9', 'é'))
    expect(JSON.stringify(parseJson(read, value => value))).toBe(read.replace(' \n', '').replace('\\u00e9', 'é'))
  }
})

test('any object is read as it was written, and its members in their order', () => {
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, '\t'), (members, space) => {
      const value = Object.fromEntries(members)
      const text = JSON.stringify(value, undefined, space)
      expect(JSON.stringify(parseJson(text), undefined, space)).toBe(text)
      expect(
        JSON.stringify(
          parseJson(text, given => given),
          undefined,
          space,
        ),
      ).toBe(text)
    }),
    { numRuns: 500 },
  )
})

test('of a name that stands twice, the last value counts, in the place of the first', () => {
  const text = '{"\\"":1,"a":2,"\\u0022":3}'
  expect(JSON.stringify(parseJson(text))).toBe('{"\\"":3,"a":2}')
})

test.each([
  ['with a name that is written with an escape', '{"\\"":[1.50,"x"],"a":null}'],
  ['without one', '{"b":[1.50,"x"],"a":null}'],
])('each scalar can be read by its spelling, %s', (_, text) => {
  const spellings: string[] = []
  parseJson(text, (value, spelling) => {
    spellings.push(spelling)
    return value
  })
  expect(spellings.toSorted()).toEqual(['"x"', '1.50', 'null'])
  expect(Object.values(parseJson(text, () => 'said') as object)).toEqual([['said', 'said'], 'said'])
})

test.each(['{"\\"":1', '{"\\"":1}}', '{"a\\":1}', '', '\\', '{"\\x":1}'])('what is no JSON is refused: %s', text => {
  expect(() => parseJson(text)).toThrow(SyntaxError)
  expect(() => parseJson(text, value => value)).toThrow(SyntaxError)
})

test('neither depth nor width holds it up', () => {
  const deep = `${'{"\\"":['.repeat(50_000)}1${']}'.repeat(50_000)}`
  let levels = 0
  for (let value = parseJson(deep) as Record<string, JsonValue[]> | number; typeof value === 'object'; levels++) {
    value = value['"']![0] as Record<string, JsonValue[]>
  }
  expect(levels).toBe(50_000)
  expect(
    Object.keys(parseJson(`{${Array.from({ length: 50_000 }, (_, at) => `"\\n${at}":"${'\\"'.repeat(9)}"`).join(',')}}`) as object),
  ).toHaveLength(50_000)
})

// Goal: one escape in one name must not make an answer too large for the memory that it is read with otherwise.
test('a text with a name that is written with an escape is read in the memory of what it holds', async () => {
  const read = `import(${JSON.stringify(import.meta.resolve('./json.ts'))}).then(({ parseJson }) => {
    const { length } = parseJson('{"\\\\"":[' + '1,'.repeat(2_000_000) + '1]}')['"']
    require('node:worker_threads').parentPort.postMessage(length)
  })`
  const worker = new Worker(read, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 128 } })
  expect(await once(worker, 'message')).toEqual([2_000_001])
  await worker.terminate()
})
