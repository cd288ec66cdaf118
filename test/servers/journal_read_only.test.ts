import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { contextWith, events, KEY, LIMITS, never } from '../support/journals.ts'
import { smallDisk } from './small_disk.ts'

/** The file as one that nobody can write, not even root. */
function readOnly(file: string): Disposable {
  execFileSync('mount', ['--bind', file, file])
  execFileSync('mount', ['-o', 'remount,bind,ro', file])
  return { [Symbol.dispose]: () => void execFileSync('umount', [file]) }
}

// Goal: SQLite opens and locks what can only be read without a word; a run would send the same batches again for ever.
test.each(['', '-wal', '.lock'])('a journal whose file journal.db%s can only be read is not opened to be written', async suffix => {
  using disk = smallDisk(16)
  const path = join(disk.path, 'journal.db')
  const open = () => openSqliteJournal({ ...LIMITS, path }, contextWith())
  {
    await using journal = await open()
    await journal.append(KEY, { events: events(0, 3), position: 3 }, never)
  }
  const file = `${path}${suffix}`
  if (suffix === '-wal') writeFileSync(file, '')
  {
    using _ = readOnly(file)
    await expect(open()).rejects.toMatchObject({ code: 'journal.unusable', message: expect.stringContaining(file) as string })
  }
  await using journal = await open()
  expect(await journal.streamPosition(KEY)).toBe(3)
})
