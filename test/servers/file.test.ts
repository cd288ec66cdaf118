import { readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { file } from '../../src/sinks/file/index.ts'
import { mapped } from '../support/events.ts'
import { temporaryFolder } from '../support/folder.ts'
import { openSink, ship } from './shipping.ts'
import { smallDisk } from './small_disk.ts'
import { StagedProgram } from './staged_program.ts'

/** The ids of all lines, of closed and compressed files too; throws for a line that is torn. */
function idsIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.ndjson(\.gz)?$/.test(name))
    .flatMap(name => {
      const content = readFileSync(join(folder, name))
      const lines = (name.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8').split('\n')
      expect(lines.pop()).toBe('')
      return lines.map(line => (JSON.parse(line) as { id: string }).id)
    })
}

const sizeOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.includes('.ndjson') && !name.endsWith('.lock')).length

test('a kill -9 at any moment tears no line and loses no event', async () => {
  using folder = temporaryFolder()
  const sink = { type: 'file', format: 'raw', path: join(folder.path, '{source}/audit-%Y-%m-%d.ndjson'), rotate_bytes: '300KiB' }
  await using staged = await StagedProgram.open({ events: 20_000, sinks: { archive: { ...sink, batch: { events_max: 300 } } } })
  for (let kills = 0; kills < 5; kills++) {
    await using program = staged.start('run')
    const before = sizeOf(folder.path)
    while (sizeOf(folder.path) < before + 4 && !program.hasEnded) await pause(5)
    expect(program.hasEnded).toBe(false)
    program.signal('SIGKILL')
    await program.end()
  }
  await using last = staged.start('run', '--once')
  expect((await last.end()).code).toBe(0)
  const ids = idsIn(folder.path)
  expect([...new Set(ids)].toSorted()).toEqual(staged.ids)
  // What was written and not yet acknowledged comes again: at most the batch under way at each kill.
  expect(ids.length - new Set(ids).size).toBeLessThanOrEqual(5 * 300)
})

test('a disk that is really full holds the events back and tears no line', async () => {
  using disk = smallDisk(4)
  const events = Array.from({ length: 2000 }, (_, n) => mapped(`e${n}`))
  const ballast = join(disk.path, 'ballast')
  await using opened = await openSink(file, { path: join(disk.path, 'audit-%Y.ndjson'), compress_closed: false }, 'raw')
  let freed: Promise<void> | undefined
  const { retries, rejected } = await ship(opened.sink, events, {
    batchEvents: 200,
    before: async batch => {
      if (batch !== 4) return
      const { bavail, bsize } = statfsSync(disk.path)
      writeFileSync(ballast, Buffer.alloc(bavail * bsize))
      freed = pause(500).then(() => rmSync(ballast))
    },
  })
  await freed
  expect([rejected, new Set(retries)]).toEqual([[], new Set(['file.full'])])
  expect(idsIn(disk.path)).toEqual(events.map(({ event }) => event.id))
})
