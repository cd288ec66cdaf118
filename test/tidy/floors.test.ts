import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** Lower floors first. A file may import from its own folder and from any floor below its own. */
const FLOORS = [
  ['core'],
  ['toolkit', 'record'],
  ['paging'],
  ['engine', 'sources', 'mappers', 'sinks', 'journal', 'filter', 'redact'],
  ['registry.ts'],
  ['config'],
  ['service'],
  ['simulator'],
  ['cli'],
]
const SRC = join(import.meta.dirname, '../../src')

const floorOf = (file: string) => FLOORS.findIndex(folders => folders.includes(file.split('/')[0]!))
/** `sinks/splunk_hec` is its own folder: siblings do not know each other. */
const folderOf = (file: string) => (/^(sources|mappers|sinks)\//.test(file) ? file.split('/').slice(0, 2).join('/') : file.split('/')[0]!)
/** Lets a rule name what one folder may see beside the floors below it. */
const SEES: Readonly<Record<string, readonly string[]>> = { engine: ['core', 'toolkit'], simulator: ['core'] }

const files = globSync('**/*.ts', { cwd: SRC }).filter(file => !file.endsWith('.test.ts'))
const importsOf = (file: string) =>
  [...readFileSync(join(SRC, file), 'utf8').matchAll(/(?:from |import\()'([^']+)'/g)].map(match => match[1]!)

test('every import goes down', () => {
  const uphill: string[] = []
  for (const file of files) {
    expect(floorOf(file), `${file} stands on no floor`).not.toBe(-1)
    for (const target of importsOf(file).filter(name => name.startsWith('.'))) {
      const imported = relative(SRC, join(SRC, dirname(file), target))
      if (imported.startsWith('..') || folderOf(imported) === folderOf(file)) continue
      const seen = SEES[folderOf(file)]
      const allowed = seen === undefined ? floorOf(imported) < floorOf(file) : seen.includes(folderOf(imported))
      if (!allowed) uphill.push(`${file} → ${imported}`)
    }
  }
  expect(uphill).toEqual([])
})

test('the vocabulary and the loop know neither Node nor a library', () => {
  const foreign = files
    .filter(file => ['core', 'engine'].includes(folderOf(file)))
    .flatMap(file =>
      importsOf(file)
        .filter(name => !name.startsWith('.'))
        .map(name => `${file} → ${name}`),
    )
  expect(foreign).toEqual([])
})
