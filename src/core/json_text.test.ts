import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type JsonValue, parseJson } from './json.ts'
import { decoded, nodesBelow, placesOf, scanJson } from './json_text.ts'

const spaced = fc
  .tuple(fc.jsonValue({ stringUnit: 'binary' }), fc.constantFrom(undefined, 1, '\t', ' \n\r'))
  .map(([value, space]) => ({ text: JSON.stringify(value, undefined, space) }))

test('every value of a text is found at its place', () => {
  fc.assert(
    fc.property(spaced, ({ text }) => {
      for (const node of nodesBelow(scanJson(text))) {
        const written = parseJson(text.slice(node.start, node.end)) as JsonValue
        expect(text.slice(node.start, node.end).trim()).toBe(text.slice(node.start, node.end))
        if (node.kind === 'text') expect(decoded(text, node)).toBe(written)
        const key = node.key && (parseJson(text.slice(node.key.start, node.key.end)) as string)
        if (key !== undefined) expect(decoded(text, node.key!)).toBe(key)
      }
    }),
  )
})

test('each character of a text knows its place', () => {
  const text = String.raw`"a\"\u00e9\n🦊z"`
  const places = placesOf(text, { start: 0, end: text.length })
  expect(
    decoded(text, { start: 0, end: text.length })
      .split('')
      .map((_, index) => text.slice(places[index], places[index + 1])),
  ).toEqual(['a', String.raw`\"`, String.raw`\u00e9`, String.raw`\n`, ...'🦊'.split(''), 'z'])
})
