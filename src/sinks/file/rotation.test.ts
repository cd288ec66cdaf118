import { randomBytes } from 'node:crypto'
import fs, { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { fileStage, lines, START_MS, TODAY } from '../../../test/support/file_sink.ts'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { retire } from './closed_files.ts'
import { pathTemplate } from './template.ts'

const never = new AbortController().signal
const [A, B, C] = [mapped('a'), mapped('b'), mapped('c')]

test('a new day begins a new file; the old one is closed although nothing comes, and compressed', async () => {
  using place = fileStage({ compress_closed: true })
  await using sink = place.open()
  await sink.write([A], never)
  await place.clock.advance(59_000)
  expect(place.names()).toEqual([TODAY])
  await place.clock.advance(1000)
  await expect.poll(() => place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz'])
  expect(gunzipSync(readFileSync(place.at('audit-2026-01-01.0001.ndjson.gz'))).toString()).toBe(lines(A))
  await sink.write([B], never)
  expect(place.read('audit-2026-01-02.ndjson')).toBe(lines(B))
})

test('a path without a date begins anew with the day, too, also after a pause', async () => {
  using place = fileStage({}, { template: 'audit.ndjson' })
  writeFileSync(place.at('audit.ndjson'), lines(A))
  utimesSync(place.at('audit.ndjson'), START_MS / 1000 - 86_400, START_MS / 1000 - 86_400)
  await using sink = place.open()
  await sink.write([B], never)
  expect([place.read('audit.0001.ndjson'), place.read('audit.ndjson')]).toEqual([lines(A), lines(B)])
  await place.clock.advance(60_000)
  await sink.write([C], never)
  expect([place.read('audit.0002.ndjson'), place.read('audit.ndjson')]).toEqual([lines(B), lines(C)])
})

test('a file that would grow too large is closed first; numbers go on after a restart', async () => {
  using place = fileStage({ rotate_bytes: '1KiB' })
  const long = (id: string) => ({ ...A, json: JSON.stringify({ id, filler: 'x'.repeat(700) }) })
  for (const events of [[long('1'), long('2')], [long('3')]]) {
    await using sink = place.open()
    for (const one of events) await sink.write([one], never)
  }
  expect(place.names()).toEqual(['audit-2026-01-01.0001.ndjson', 'audit-2026-01-01.0002.ndjson', TODAY])
  expect(place.read('audit-2026-01-01.0002.ndjson')).toBe(lines(long('2')))
})

test('where the path ends with a source, closed files keep their numbers and their lines', async () => {
  using place = fileStage({ rotate_bytes: '1KiB' }, { template: '{source}.ndjson' })
  const long = (id: string) => ({ ...A, json: JSON.stringify({ id, filler: 'x'.repeat(700) }) })
  for (const ids of [['1', '2', '3'], ['4']]) {
    await using sink = place.open()
    for (const id of ids) await sink.write([long(id)], never)
  }
  const closed = ['1', '2', '3'].map(n => [`acme.000${n}.ndjson`, lines(long(n))])
  expect(place.names().map(name => [name, place.read(name)])).toEqual([...closed, ['acme.ndjson', lines(long('4'))]])
})

test('no file takes the name of another, of whatever template that is', async () => {
  using place = fileStage()
  for (const name of ['a.ndjson', 'a.0001.ndjson', 'a.0002.ndjson.gz']) writeFileSync(place.at(name), name)
  await retire(place.at('a.ndjson'), pathTemplate(place.at('b.ndjson'), []))
  expect(place.read('a.0003.ndjson')).toBe('a.ndjson')
  expect(place.names()).toHaveLength(3)
})

test('files of no configured source are not closed, compressed or removed, whatever they are called', async () => {
  using place = fileStage({ compress_closed: true, files_max: 1 }, { template: '{source}.ndjson' })
  const theirs = ['nginx.0001.ndjson', 'nginx.0002.ndjson', 'nginx.0003.ndjson.gz.partial', 'nginx.ndjson']
  for (const name of theirs) {
    writeFileSync(place.at(name), name)
    utimesSync(place.at(name), START_MS / 1000 - 86_400, START_MS / 1000 - 86_400)
  }
  for (const number of [1, 2]) writeFileSync(place.at(`acme.000${number}.ndjson`), lines(A))
  await using sink = place.open()
  await sink.write([B], never)
  await expect.poll(() => place.names()).toEqual(['acme.0002.ndjson.gz', 'acme.ndjson', ...theirs])
})

test('what a crash left half compressed is finished, and nothing is there twice', async () => {
  using place = fileStage({ compress_closed: true })
  writeFileSync(place.at('audit-2026-01-01.0001.ndjson'), lines(A))
  for (const number of ['0001', '0003']) writeFileSync(place.at(`audit-2026-01-01.${number}.ndjson.gz.partial`), 'half')
  writeFileSync(place.at('audit-2026-01-01.0002.ndjson'), lines(B))
  writeFileSync(place.at('audit-2026-01-01.0002.ndjson.gz'), 'whole')
  await using sink = place.open()
  await sink.write([C], never)
  await expect.poll(() => place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz', 'audit-2026-01-01.0002.ndjson.gz', TODAY])
  expect(gunzipSync(readFileSync(place.at('audit-2026-01-01.0001.ndjson.gz'))).toString()).toBe(lines(A))
  expect(place.read('audit-2026-01-01.0002.ndjson.gz')).toBe('whole')
})

test.each([
  [{}, ['1', '2', '3', '4']],
  [{ files_max: 2 }, ['3', '4']],
  [{ age_max: '50h' }, ['2', '3', '4']],
])('%j keeps the closed files %j, and the open one', async (settings, kept) => {
  using place = fileStage(settings)
  for (const day of [1, 2, 3, 4]) {
    const path = place.at(`audit-2025-12-2${day}.0001.ndjson`)
    writeFileSync(path, lines(A))
    const writtenS = START_MS / 1000 - (4 - day) * 86_400 + 7200
    utimesSync(path, writtenS, writtenS)
  }
  await using sink = place.open()
  await sink.write([A], never)
  await expect.poll(() => place.names()).toEqual([...kept.map(day => `audit-2025-12-2${day}.0001.ndjson`), TODAY])
})

test('a write that comes before the watch has looked begins the new file itself', async () => {
  const clock = new VirtualClock(START_MS)
  let nowMs = START_MS
  const sleep = (_: number, signal: AbortSignal) => clock.sleep(1e12, signal)
  const unwatched = { now: () => nowMs, elapsed: () => nowMs, random: () => 0, sleep }
  using place = fileStage({}, { template: 'audit.ndjson', clock: unwatched })
  await using sink = place.open()
  await sink.write([A], never)
  nowMs += 60_000
  await sink.write([B], never)
  expect([place.read('audit.0001.ndjson'), place.read('audit.ndjson')]).toEqual([lines(A), lines(B)])
})

test('what is compressed is synchronized, and has the rights and the time of what it takes the place of', async () => {
  using place = fileStage({ compress_closed: true })
  const closed = place.at('audit-2026-01-01.0001.ndjson')
  writeFileSync(closed, lines(A))
  chmodSync(closed, 0o600)
  utimesSync(closed, 1000, 1000)
  const synced = vi.spyOn(fs, 'fsync')
  try {
    await using sink = place.open()
    await sink.write([B], never)
    await expect.poll(() => place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz', TODAY])
    expect(synced).toHaveBeenCalledOnce()
  } finally {
    synced.mockRestore()
  }
  const { mode, mtimeMs } = statSync(`${closed}.gz`)
  expect([mode & 0o777, mtimeMs]).toEqual([0o600, 1_000_000])
})

test('numbers go on after the older files have gone', async () => {
  using place = fileStage()
  for (const name of ['a.ndjson', 'a.0004.ndjson']) writeFileSync(place.at(name), name)
  await retire(place.at('a.ndjson'), pathTemplate(place.at('a.ndjson'), []))
  expect(place.names()).toEqual(['a.0004.ndjson', 'a.0005.ndjson'])
})

test('a file of the day that was last written an hour ago is closed where files are of an hour', async () => {
  using place = fileStage({ rotate_every: 'hour' })
  writeFileSync(place.at(TODAY), lines(A))
  utimesSync(place.at(TODAY), START_MS / 1000 - 3600, START_MS / 1000 - 3600)
  await using sink = place.open()
  await sink.write([B], never)
  expect([place.read('audit-2026-01-01.0001.ndjson'), place.read(TODAY)]).toEqual([lines(A), lines(B)])
})

// Goal: the folder of a timer's job, whose runs last a moment, is kept as configured, too.
test('a run that ends at once has compressed and removed what was closed', async () => {
  using place = fileStage({ compress_closed: true, files_max: 2 })
  const large = randomBytes(4 * 2 ** 20).toString('hex') // Takes longer than the one write.
  for (const number of ['0001', '0002', '0003']) writeFileSync(place.at(`audit-2026-01-01.${number}.ndjson`), large)
  {
    await using sink = place.open()
    await sink.write([A], never)
  }
  expect(place.names()).toEqual(['audit-2026-01-01.0002.ndjson.gz', 'audit-2026-01-01.0003.ndjson.gz', TODAY])
})

type Place = ReturnType<typeof fileStage>

test.each([
  [
    'ends by itself waits a minute for it',
    async ({ clock, names }: Place) => {
      await expect.poll(() => clock.sleeping).toBe(1)
      await clock.advance(59_999)
      expect(names()).toContain('audit-2026-01-01.0001.ndjson.gz.partial')
      await clock.advance(1)
    },
  ],
  ['is told to stop does not wait for it', ({ stop }: Place) => Promise.resolve(stop.abort())],
])('a run that %s, and leaves nothing half done', async (_, pass) => {
  using place = fileStage({ compress_closed: true })
  const closed = 'audit-2026-01-01.0001.ndjson'
  writeFileSync(place.at(closed), lines(A))
  const sink = place.open()
  const reading = vi.spyOn(fs, 'createReadStream').mockImplementation(() => new Readable({ read() {} }) as fs.ReadStream)
  syncBuiltinESMExports()
  try {
    await sink.write([B], never)
    await expect.poll(() => place.names()).toContain(`${closed}.gz.partial`)
    const ended = sink[Symbol.asyncDispose]()
    await pass(place)
    await ended
  } finally {
    reading.mockRestore()
    syncBuiltinESMExports()
  }
  expect(place.names()).toEqual([closed, TODAY])
})

test('where there is no room to compress, what is too much is removed all the same', async () => {
  using place = fileStage({ compress_closed: true, files_max: 1 })
  for (const number of ['0001', '0002', '0003']) writeFileSync(place.at(`audit-2026-01-01.${number}.ndjson`), lines(A))
  mkdirSync(place.at('audit-2026-01-01.0003.ndjson.gz.partial')) // Nothing can be written there.
  await using sink = place.open()
  await sink.write([B], never)
  await vi.waitFor(() => expect(place.said).toHaveLength(1))
  expect(place.names()).toEqual(['audit-2026-01-01.0003.ndjson', 'audit-2026-01-01.0003.ndjson.gz.partial', TODAY])
})

test('a file that a crash left both plain and compressed counts once', async () => {
  using place = fileStage({ compress_closed: true, files_max: 2 })
  for (const name of ['0001.ndjson.gz', '0002.ndjson', '0002.ndjson.gz']) writeFileSync(place.at(`audit-2026-01-01.${name}`), name)
  {
    await using sink = place.open()
    await sink.write([B], never)
  }
  expect(place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz', 'audit-2026-01-01.0002.ndjson.gz', TODAY])
})
