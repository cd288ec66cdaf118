import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { fileConfig } from './config.ts'
import { type Disk, systemDisk } from './disk.ts'
import { createFileSink } from './sink.ts'

const never = new AbortController().signal
const START_MS = Date.UTC(2026, 0, 1, 23, 59)
const [A, B, C] = [mapped('a'), mapped('b'), mapped('c')]
const lines = (...events: MappedEvent[]) => events.map(({ json }) => `${json}\n`).join('')

function stage(settings: object = {}, { disk = systemDisk, template = 'audit-%Y-%m-%d.ndjson' }: { disk?: Disk; template?: string } = {}) {
  const folder = temporaryFolder()
  const clock = new VirtualClock(START_MS)
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  const config = fileConfig.parse({ path: join(folder.path, template), compress_closed: false, ...settings })
  const context = {
    id: 'f',
    clock,
    logger: { debug: say, info: say, warn: say, error: say },
    meter: { add() {}, set() {}, observe() {} },
    report() {},
    format: 'raw',
  }
  return {
    folder: folder.path,
    clock,
    said,
    open: () => createFileSink(config, context, disk),
    at: (name: string) => join(folder.path, name),
    read: (name: string) => readFileSync(join(folder.path, name), 'utf8'),
    names: () =>
      readdirSync(folder.path)
        .filter(name => !name.endsWith('.lock'))
        .toSorted(),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

const TODAY = 'audit-2026-01-01.ndjson'
const failed = (write: Promise<unknown>) =>
  write.then(
    () => 'returned',
    (cause: unknown) => cause,
  )
const errno = (code: string) => Object.assign(new Error(`${code}: staged`), { code })

test('one event a line, whatever its JSON looks like; a second run writes on', async () => {
  using place = stage()
  for (const events of [[A, { ...B, json: '{\n"id":"b"}' }], [C]]) {
    await using sink = place.open()
    expect(await sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
  }
  expect(place.read(TODAY)).toBe(`${A.json}\n{ "id":"b"}\n${C.json}\n`)
  expect(place.said).toEqual([])
})

test('returning means synchronized', async () => {
  const synced: number[] = []
  const disk: Disk = { ...systemDisk, sync: async file => void synced.push((await file.stat()).size) }
  using place = stage({}, { disk })
  await using sink = place.open()
  await sink.write([A], never)
  expect(synced).toEqual([lines(A).length])
})

test('a last line torn at any byte by a crash is cut, and never stands in the middle', async () => {
  using place = stage()
  const whole = lines(A, B)
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(place.at(TODAY), whole.slice(0, length))
    {
      await using sink = place.open()
      await sink.write([C], never)
    }
    const kept = length < lines(A).length ? '' : lines(A)
    expect(place.read(TODAY)).toBe(kept + lines(C))
  }
  expect(place.said.some(text => text.includes('cut off'))).toBe(true)
})

test('zeros that a power cut left are cut with what follows them', async () => {
  using place = stage()
  writeFileSync(place.at(TODAY), `${lines(A)}{"id":\0\0\0\0"}\n${lines(B)}`)
  await using sink = place.open()
  await sink.write([C], never)
  expect(place.read(TODAY)).toBe(lines(A, C))
})

test('a file that is not ours is not touched', async () => {
  using place = stage()
  writeFileSync(place.at(TODAY), 'a letter without an end')
  await using sink = place.open()
  expect(await failed(sink.write([A], never))).toMatchObject({ name: 'BlockedError', code: 'file.not_ours' })
  expect(place.read(TODAY)).toBe('a letter without an end')
})

test.each([
  ['within a line, taken back at once', [7, 'ENOSPC'], 'file.full', 'RetryableError'],
  ['at the quota', ['EDQUOT'], 'file.full', 'RetryableError'],
  ['by the disk', [3, 'EIO'], 'file.failed', 'RetryableError'],
  ['by a mount', ['EROFS'], 'file.denied', 'BlockedError'],
] as const)('a write that fails %s leaves whole lines and is written again', async (_, steps, code, name) => {
  const script: (number | string)[] = []
  const disk: Disk = {
    ...systemDisk,
    async write(file, bytes, position) {
      const step = script.shift()
      if (typeof step === 'string') throw errno(step)
      return await systemDisk.write(file, bytes.subarray(0, step ?? bytes.length), position)
    },
  }
  using place = stage({}, { disk })
  await using sink = place.open()
  await sink.write([A], never)
  script.push(...steps)
  expect(await failed(sink.write([B], never))).toMatchObject({ name, code })
  expect(place.read(TODAY)).toBe(lines(A))
  await sink.write([B], never)
  expect(place.read(TODAY)).toBe(lines(A, B))
})

test('bytes that were not synchronized are not there, and come again', async () => {
  let failures = 1
  const disk: Disk = { ...systemDisk, sync: async file => (failures-- > 0 ? Promise.reject(errno('EIO')) : systemDisk.sync(file)) }
  using place = stage({}, { disk })
  await using sink = place.open()
  expect(await failed(sink.write([A], never))).toMatchObject({ name: 'RetryableError' })
  expect(place.read(TODAY)).toBe('')
  await sink.write([B, A], never)
  expect(place.read(TODAY)).toBe(lines(B, A))
})

test('of a batch of two files the one that is durable is not written again', async () => {
  const other = { ...B, event: Object.assign(Object.create(B.event) as MappedEvent['event'], { source: 'globex' }) }
  let writes = 0
  const disk: Disk = {
    ...systemDisk,
    write: async (...args) => (++writes === 2 ? Promise.reject(errno('ENOSPC')) : systemDisk.write(...args)),
  }
  using place = stage({}, { disk, template: '{source}/a.ndjson' })
  await using sink = place.open()
  expect(await sink.write([A, other, C], never)).toEqual({ rejected: [], deferred: [other] })
  await sink.write([other], never)
  expect([place.read('acme/a.ndjson'), place.read('globex/a.ndjson')]).toEqual([lines(A, C), lines(other)])
})

test('a new day begins a new file; the old one is closed although nothing comes, and compressed', async () => {
  using place = stage({ compress_closed: true })
  await using sink = place.open()
  await sink.write([A], never)
  await place.clock.advance(59_000)
  expect(place.names()).toEqual([TODAY])
  await place.clock.advance(1000)
  await vi.waitFor(() => expect(place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz']))
  expect(gunzipSync(readFileSync(place.at('audit-2026-01-01.0001.ndjson.gz'))).toString()).toBe(lines(A))
  await sink.write([B], never)
  expect(place.read('audit-2026-01-02.ndjson')).toBe(lines(B))
})

test('a path without a date begins anew with the day, too, also after a pause', async () => {
  using place = stage({}, { template: 'audit.ndjson' })
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
  using place = stage({ rotate_bytes: '1KiB' })
  const long = (id: string) => ({ ...A, json: JSON.stringify({ id, filler: 'x'.repeat(700) }) })
  for (const events of [[long('1'), long('2')], [long('3')]]) {
    await using sink = place.open()
    for (const one of events) await sink.write([one], never)
  }
  expect(place.names()).toEqual(['audit-2026-01-01.0001.ndjson', 'audit-2026-01-01.0002.ndjson', TODAY])
  expect(place.read('audit-2026-01-01.0002.ndjson')).toBe(lines(long('2')))
})

test('what a crash left half compressed is finished, and nothing is there twice', async () => {
  using place = stage({ compress_closed: true })
  writeFileSync(place.at('audit-2026-01-01.0001.ndjson'), lines(A))
  writeFileSync(place.at('audit-2026-01-01.0001.ndjson.gz.partial'), 'half')
  writeFileSync(place.at('audit-2026-01-01.0002.ndjson'), lines(B))
  writeFileSync(place.at('audit-2026-01-01.0002.ndjson.gz'), 'whole')
  await using sink = place.open()
  await sink.check(never)
  await vi.waitFor(() => expect(place.names()).toEqual(['audit-2026-01-01.0001.ndjson.gz', 'audit-2026-01-01.0002.ndjson.gz']))
  expect(gunzipSync(readFileSync(place.at('audit-2026-01-01.0001.ndjson.gz'))).toString()).toBe(lines(A))
  expect(place.read('audit-2026-01-01.0002.ndjson.gz')).toBe('whole')
})

test.each([
  [{}, ['1', '2', '3', '4']],
  [{ files_max: 2 }, ['3', '4']],
  [{ age_max: '50h' }, ['2', '3', '4']],
])('%j keeps the closed files %j, and the open one', async (settings, kept) => {
  using place = stage(settings)
  for (const day of [1, 2, 3, 4]) {
    const path = place.at(`audit-2025-12-2${day}.0001.ndjson`)
    writeFileSync(path, lines(A))
    const writtenS = START_MS / 1000 - (4 - day) * 86_400 + 7200
    utimesSync(path, writtenS, writtenS)
  }
  await using sink = place.open()
  await sink.write([A], never)
  await vi.waitFor(() => expect(place.names()).toEqual([...kept.map(day => `audit-2025-12-2${day}.0001.ndjson`), TODAY]))
})

test('a file that somebody moved, removed or cut is opened anew', async () => {
  using place = stage()
  await using sink = place.open()
  await sink.write([A], never)
  renameSync(place.at(TODAY), place.at('elsewhere'))
  await sink.write([B], never)
  rmSync(place.at(TODAY))
  await sink.write([C], never)
  truncateSync(place.at(TODAY), 3)
  await sink.write([B], never)
  expect([place.read('elsewhere'), place.read(TODAY)]).toEqual([lines(A), lines(B)])
})

test('a folder that is missing blocks and is not made; made by the operator, it is taken', async () => {
  using place = stage({}, { template: 'volume/{source}.ndjson' })
  await using sink = place.open()
  for (const attempt of [() => sink.write([A], never), () => sink.check(never)]) {
    expect(await failed(attempt())).toMatchObject({
      name: 'BlockedError',
      code: 'file.denied',
      message: expect.stringContaining('create the folder') as string,
    })
  }
  expect(existsSync(place.at('volume'))).toBe(false)
  mkdirSync(place.at('volume'))
  await sink.write([A], never)
  expect(place.read('volume/acme.ndjson')).toBe(lines(A))
})

test('a second writer is kept out until the first has ended', async () => {
  using place = stage()
  const first = place.open()
  await first.write([A], never)
  await using second = place.open()
  expect(await failed(second.write([B], never))).toMatchObject({ name: 'BlockedError', code: 'file.locked' })
  await first[Symbol.asyncDispose]()
  await second.write([B], never)
  expect(place.read(TODAY)).toBe(lines(A, B))
})

test('an abort ends a write, and check writes no line', async () => {
  using place = stage()
  await using sink = place.open()
  await sink.check(never)
  await expect(sink.write([A], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  expect(place.names()).toEqual([])
})
