import { execFile } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/tailrace.js')
const LIMIT_BLOCKS = 64

/** Under a limit of the size of files, which ends a write in its middle as a full disk does. */
function underLimit(command: string): Promise<{ readonly code: number; readonly err: string }> {
  const script = `trap '' XFSZ; ulimit -f ${LIMIT_BLOCKS}; exec "${process.execPath}" "${PROGRAM}" ${command}`
  return new Promise(resolve => {
    const child = execFile('sh', ['-c', script], (_, __, err) => resolve({ code: child.exitCode!, err }))
  })
}

// Goal: a file that is cut short is never taken for the whole.
test('what standard output can not take whole ends the command with 74 and the reason', async () => {
  using folder = temporaryFolder()
  const [given, file] = ['given.ndjson', 'out.ndjson'].map(name => join(folder.path, name)) as [string, string]
  const text = JSON.stringify({ id: 'a', type: 'login.failed', effective_at: 1_767_225_600, padding: 'x'.repeat(100_000) })
  writeFileSync(given, `${text}\n`)
  const { code, err } = await underLimit(`map --format raw "${given}" > "${file}"`)
  expect(statSync(file).size).toBeLessThan(text.length)
  expect([code, err]).toEqual([74, expect.stringContaining("Standard output can't be written: EFBIG")])
})
