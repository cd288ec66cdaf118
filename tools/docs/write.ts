import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { allPages } from './pages.ts'

/** Writes every page and file that is made from the code; with `--check` only says which are stale, and fails. */
const ROOT = join(import.meta.dirname, '../..')
const isCheck = process.argv.includes('--check')

const stale: string[] = []
for (const [path, content] of await allPages(ROOT)) {
  const file = join(ROOT, path)
  if (readOrEmpty(file) === content) continue
  stale.push(path)
  if (isCheck) continue
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}
const word = isCheck ? 'stale' : 'written'
for (const path of stale) process.stderr.write(`${word}: ${path}\n`)
if (isCheck && stale.length > 0) {
  process.stderr.write('npm run docs writes them\n')
  process.exitCode = 1
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
