import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { contextWith, drain, event, idsOf, KEY, LIMITS, never, outcome } from '../support/journals.ts'
import { smallDisk } from './small_disk.ts'

const noise = () => Array.from({ length: 20_000 }, () => Math.random().toString(36)).join('')

test('a disk that is really full pauses the journal, and it goes on by itself', async () => {
  using disk = smallDisk(8)
  const context = contextWith()
  const ballast = join(disk.path, 'ballast')
  const options = { ...LIMITS, sinks: ['s'], path: join(disk.path, 'journal.db') }
  {
    await using journal = await openSqliteJournal(options, context)
    let count = 0
    for (let round = 0; round < 3; round++) {
      const { bavail, bsize } = statfsSync(disk.path)
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - 100_000)))
      const events = [event(count, { text: noise() })]
      const appending = journal.append(KEY, { events, position: count + 1 }, never)
      const saving = journal.saveSinkPosition('s', count)
      expect(await outcome(appending)).toBe('waiting')
      expect(journal.paused).toMatch(/no room on the disk/)
      await context.clock.advance(30_000)
      expect(await outcome(appending)).toBe('waiting')
      rmSync(ballast)
      await context.clock.advance(2000)
      await Promise.all([appending, saving])
      expect(journal.paused).toBeUndefined()
      count++
    }
    expect(idsOf(await drain(journal))).toEqual(['e0', 'e1', 'e2'])
    const { bavail, bsize } = statfsSync(disk.path)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize)) // Also closing has no room to copy the log.
  }
  rmSync(ballast)
  await using again = await openSqliteJournal(options, context)
  expect(await again.streamPosition(KEY)).toBe(3)
  expect(idsOf(await drain(again))).toEqual(['e0', 'e1', 'e2'])
  expect(await again.sinkPosition('s')).toBe(2)
})

test('a journal that is opened on a full disk tells that, not a mistake of the configuration, and is whole', async () => {
  using disk = smallDisk(8)
  const ballast = join(disk.path, 'ballast')
  const open = () => openSqliteJournal({ ...LIMITS, path: join(disk.path, 'journal.db') }, contextWith())
  {
    await using journal = await open()
    await journal.append(KEY, { events: [event(0)], position: 1 }, never)
  }
  const { bavail, bsize } = statfsSync(disk.path)
  writeFileSync(ballast, Buffer.alloc(bavail * bsize))
  await expect(open()).rejects.toMatchObject({
    code: 'journal.unavailable',
    exitCode: 69,
    message: expect.stringMatching(/the disk|no room/) as string,
  })
  rmSync(ballast)
  await using again = await open()
  expect(await again.streamPosition(KEY)).toBe(1)
})
