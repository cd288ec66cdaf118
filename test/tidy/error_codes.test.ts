import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

// Goal: who looks a code up finds one answer.
test('every error code has one row', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/errors.md'), 'utf8')
  const codes = page
    .matchAll(/^\| `([^`]+)` \|/gm)
    .map(([, code]) => code!)
    .toArray()
  expect(codes.length).toBeGreaterThan(50)
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([])
})
