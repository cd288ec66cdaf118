import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { OutputFile } from './output_file.ts'

test('a file holds what was appended, for its owner alone', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'out')
  {
    await using file = await OutputFile.create(path)
    await file.append('a\n')
    await file.append('b\n')
    await file.sync()
  }
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['a\nb\n', 0o600])
})

test('a file that can not be made says so', async () => {
  using folder = temporaryFolder()
  await expect(OutputFile.create(join(folder.path, 'none', 'out'))).rejects.toMatchObject({
    code: 'cli.unwritable',
    message: expect.stringContaining('ENOENT') as string,
  })
})

// Goal: a write that a full disk ends in its middle is no success; a limit of the size of files ends it in the same way.
test('a file that can not be written whole says so', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'out')
  const program = `
    const { OutputFile } = await import(${JSON.stringify(join(import.meta.dirname, 'output_file.ts'))})
    const file = await OutputFile.create(${JSON.stringify(path)})
    await file.append('x'.repeat(100_000))`
  const script = `trap '' XFSZ; ulimit -f 64; exec "${process.execPath}" --input-type=module -e "$PROGRAM"`
  const said = await new Promise<string>(resolve => {
    execFile('sh', ['-c', script], { env: { ...process.env, PROGRAM: program } }, (_, __, err) => resolve(err))
  })
  expect([existsSync(path) && statSync(path).size < 100_000, said]).toEqual([true, expect.stringContaining("can't be written: EFBIG")])
})
