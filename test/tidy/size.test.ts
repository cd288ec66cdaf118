import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const LINES_MAX = 250
const ENGINE_LINES_MAX = 400

const linesOf = (file: string) => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1

test(`no file has more than ${LINES_MAX} lines`, () => {
  const long = globSync('{src,test,bench,tools}/**/*.ts', { cwd: ROOT })
    .map(file => ({ file, lines: linesOf(file) }))
    .filter(({ lines }) => lines > LINES_MAX)
  expect(long).toEqual([])
})

test('the one loop stays small enough to read in one sitting', () => {
  const lines = globSync('src/engine/*.ts', { cwd: ROOT })
    .filter(file => !file.endsWith('.test.ts'))
    .reduce((sum, file) => sum + linesOf(file), 0)
  expect(lines).toBeLessThanOrEqual(ENGINE_LINES_MAX)
})
