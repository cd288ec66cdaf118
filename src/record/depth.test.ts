import { expect, test } from 'vitest'
import type { JsonValue } from '../core/json.ts'
import { boundDepth, STRUCTURE_LEVELS_MAX } from './depth.ts'

const nested = (levels: number, [open, close]: readonly [string, string]) =>
  JSON.parse(`${open.repeat(levels)}null${close.repeat(levels)}`) as JsonValue

function levelsOf(value: JsonValue): number {
  let levels = 0
  for (let inner = value; typeof inner === 'object' && inner !== null; levels++) inner = Object.values(inner)[0] as JsonValue
  return levels
}

test.each<readonly [string, string]>([
  ['{"a":', '}'],
  ['[', ']'],
])('%s: structure down to a level, text below, and nothing below that', (...brackets) => {
  const whole = nested(STRUCTURE_LEVELS_MAX, brackets)
  expect(boundDepth(whole)).toBe(whole)
  for (const more of [1, 1000]) {
    const cut = boundDepth(nested(STRUCTURE_LEVELS_MAX + more, brackets))
    expect(levelsOf(cut)).toBe(STRUCTURE_LEVELS_MAX)
    expect(JSON.stringify(cut)).toContain(JSON.stringify(JSON.stringify(nested(more, brackets))))
  }
  const cut = boundDepth(nested(STRUCTURE_LEVELS_MAX + 1001, brackets))
  expect(levelsOf(cut)).toBe(STRUCTURE_LEVELS_MAX)
  expect(JSON.stringify(cut)).toContain('"(nested too deeply; see the original text)"')
})

test('what lies beside is kept as it is', () => {
  const deep = nested(STRUCTURE_LEVELS_MAX + 1, ['[', ']'])
  expect(boundDepth({ flat: [1, null, 'x', true], deep, last: { a: {} } })).toMatchObject({ flat: [1, null, 'x', true], last: { a: {} } })
})
