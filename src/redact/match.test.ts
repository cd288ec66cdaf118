import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../core/json.ts'
import { edited, nodesBelow, removals, scanJson } from '../core/json_text.ts'
import { nodesAt } from './match.ts'
import { parsePath, type Step } from './path.ts'
import { Secrets } from './secrets.ts'

const name = fc.constantFrom('a', 'b', 'c.d', '"', '\\', '', '__proto__', '7')
const json = fc.letrec<{ value: JsonValue; object: JsonObject }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    tie('object'),
    fc.array(tie('value')),
  ),
  object: fc
    .array(fc.tuple(name, tie('value')), { maxLength: 5 })
    .map(
      members => parseJson(`{${members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`) as JsonObject,
    ),
})).object
const spaced = fc
  .tuple(json, fc.constantFrom(undefined, 1, '\t', ' \n\r'))
  .map(([value, space]) => ({ value, text: JSON.stringify(value, undefined, space) }))
const step = fc.oneof(
  name.map((own): Step => ({ name: own })),
  fc.constant<Step>('any'),
)

/** What a path without lists on its way leads to, found in the parsed value. */
function without(value: JsonValue, steps: readonly Step[]): JsonValue {
  const [first, ...rest] = steps
  if (Array.isArray(value)) {
    const list = value as readonly JsonValue[]
    if (first === 'any') return rest.length === 0 ? [] : list.map(item => without(item, rest))
    if (typeof first !== 'object') return value
    if (!/^\d+$/.test(first.name)) return list.map(item => without(item, steps))
    return list.flatMap((item, index) => (String(index) !== first.name ? [item] : rest.length === 0 ? [] : [without(item, rest)]))
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).flatMap(([key, inner]): [string, JsonValue][] => {
    const isMeant = first === 'any' || (typeof first === 'object' && first.name === key)
    if (!isMeant) return [[key, inner!]]
    return rest.length === 0 ? [] : [[key, without(inner!, rest)]]
  })
  return parseJson(`{${members.map(([key, inner]) => `${JSON.stringify(key)}:${JSON.stringify(inner)}`).join(',')}}`) as JsonObject
}

test('what is taken out of the text is what would be taken out of the value, and the text stays JSON', () => {
  fc.assert(
    fc.property(spaced, fc.array(step, { minLength: 1, maxLength: 3 }), ({ value, text }, steps) => {
      const root = scanJson(text)
      const found = nodesAt(text, root, { text: '', steps })
      const outer = new Set(
        [...found].filter(node => {
          for (let here = node.parent; here !== undefined; here = here.parent) if (found.has(here)) return false
          return true
        }),
      )
      expect(parseJson(edited(text, removals(outer)))).toEqual(parseJson(JSON.stringify(without(value, steps))))
    }),
    { numRuns: 500 },
  )
})

test('neither depth nor backslashes hold it up', () => {
  const deep = `{"a":${'['.repeat(100_000)}7${']'.repeat(100_000)}}`
  expect([...nodesBelow(scanJson(deep))]).toHaveLength(100_002)
  expect(nodesAt(deep, scanJson(deep), parsePath('**.b')).size).toBe(0)
  const secrets = new Secrets()
  secrets.add(`${'\\'.repeat(300)}"x`, '-')
  secrets.add('"'.repeat(300), '-')
  expect(secrets.find(`${'\\'.repeat(200_000)}%`)).toEqual([])
  expect(secrets.find(`${'\\"'.repeat(100_000)}`)).toHaveLength(333)
})

test.each([
  ['a.b', [{ name: 'a' }, { name: 'b' }]],
  ['["a.b"].c', [{ name: 'a.b' }, { name: 'c' }]],
  ['a["x\\"y"][0].*', [{ name: 'a' }, { name: 'x"y' }, { name: '0' }, 'any']],
  ['a[*].**.b', [{ name: 'a' }, 'any', 'deep', { name: 'b' }]],
  ['@timestamp', [{ name: '@timestamp' }]],
])('the path %s', (path, steps) => expect(parsePath(path).steps).toEqual(steps))

test.each(['', '.a', 'a.', 'a..b', 'a[', 'a["b]', 'a b', 'a.**', '[a]', 'a]', `${'a.'.repeat(40)}a`, 'a'.repeat(501), '["\\q"]'])(
  'no path: %s',
  path => {
    expect(() => parsePath(path)).toThrow(/^expected /)
  },
)
