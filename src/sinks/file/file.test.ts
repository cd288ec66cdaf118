import { existsSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { fileStage, lines, TODAY } from '../../../test/support/file_sink.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { type Disk, systemDisk } from './disk.ts'

const never = new AbortController().signal
const [A, B, C] = [mapped('a'), mapped('b'), mapped('c')]
const failed = (write: Promise<unknown>) =>
  write.then(
    () => 'returned',
    (cause: unknown) => cause,
  )
const errno = (code: string) => Object.assign(new Error(`${code}: staged`), { code })

test('one event a line, whatever its JSON looks like; a second run writes on', async () => {
  using place = fileStage()
  for (const events of [[A, { ...B, json: '{\n"id":"b"}' }], [C]]) {
    await using sink = place.open()
    expect(await sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
  }
  expect(place.read(TODAY)).toBe(`${A.json}\n{ "id":"b"}\n${C.json}\n`)
  expect(place.said).toEqual([])
})

test('returning means synchronized, with the names of the file and of the folders that were made for it', async () => {
  const synced: (number | string)[] = []
  const disk: Disk = {
    ...systemDisk,
    sync: async file => void synced.push((await file.stat()).size),
    syncFolder: async path => void synced.push(path),
  }
  using place = fileStage({}, { disk, template: '{source}/{stream}/audit.ndjson' })
  await using sink = place.open()
  await sink.write([A], never)
  const folders = ['acme/organization', 'acme', ''].map(name => place.at(name).replace(/\/$/, ''))
  expect(synced).toEqual([...folders, lines(A).length])
})

test('a last line torn at any byte by a crash is cut, and never stands in the middle', async () => {
  using place = fileStage()
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

// Up to where the next piece of the file is read, too.
test.each([4, 2 ** 20 - lines(A).length - 6])('%i zeros that a power cut left are cut with what follows them', async count => {
  using place = fileStage()
  writeFileSync(place.at(TODAY), `${lines(A)}{"id":${'\0'.repeat(count)}"}\n${lines(B)}`)
  await using sink = place.open()
  await sink.write([C], never)
  expect(place.read(TODAY)).toBe(lines(A, C))
})

test('a file that is not ours is not touched', async () => {
  using place = fileStage()
  writeFileSync(place.at(TODAY), 'a letter without an end')
  await using sink = place.open()
  expect(await failed(sink.write([A], never))).toMatchObject({ name: 'BlockedError', code: 'file.not_ours' })
  expect(place.read(TODAY)).toBe('a letter without an end')
})

test.each<[string, (number | string)[], string, string, string?]>([
  ['within a line, taken back at once', [7, 'ENOSPC'], 'file.full', 'RetryableError'],
  ['at the quota', ['EDQUOT'], 'file.full', 'RetryableError'],
  ['by the disk', [3, 'EIO'], 'file.failed', 'RetryableError', 'look at its disk'],
  ['at the limit of open files', ['EMFILE'], 'file.failed', 'RetryableError', 'ulimit -n'],
  ['by a mount', ['EROFS'], 'file.denied', 'BlockedError'],
])('a write that fails %s leaves whole lines and is written again', async (_, steps, code, name, todo = '') => {
  const script: (number | string)[] = []
  const disk: Disk = {
    ...systemDisk,
    async write(file, bytes, position) {
      const step = script.shift()
      if (typeof step === 'string') throw errno(step)
      return await systemDisk.write(file, bytes.subarray(0, step ?? bytes.length), position)
    },
  }
  using place = fileStage({}, { disk })
  await using sink = place.open()
  await sink.write([A], never)
  script.push(...steps)
  expect(await failed(sink.write([B], never))).toMatchObject({ name, code, message: expect.stringContaining(todo) as string })
  expect(place.read(TODAY)).toBe(lines(A))
  await sink.write([B], never)
  expect(place.read(TODAY)).toBe(lines(A, B))
})

test('bytes that were not synchronized are not there, and come again', async () => {
  let failures = 1
  const disk: Disk = { ...systemDisk, sync: async file => (failures-- > 0 ? Promise.reject(errno('EIO')) : systemDisk.sync(file)) }
  using place = fileStage({}, { disk })
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
  using place = fileStage({}, { disk, template: '{source}/a.ndjson' })
  await using sink = place.open()
  expect(await sink.write([A, other, C], never)).toEqual({ rejected: [], deferred: [other] })
  await sink.write([other], never)
  expect([place.read('acme/a.ndjson'), place.read('globex/a.ndjson')]).toEqual([lines(A, C), lines(other)])
})

test('a file that somebody moved, removed or cut is opened anew', async () => {
  using place = fileStage()
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
  using place = fileStage({}, { template: 'volume/{source}.ndjson' })
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

test('a lock that can not be made blocks with what the system says of it', async () => {
  using place = fileStage({}, { template: `${'x'.repeat(300)}.ndjson` })
  await using sink = place.open()
  expect(await failed(sink.write([A], never))).toMatchObject({
    name: 'BlockedError',
    code: 'file.denied',
    message: expect.stringMatching(/ENAMETOOLONG.*set a shorter path/) as string,
  })
})

test('a file of an earlier day that is not ours blocks until it is moved away, and no longer', async () => {
  using place = fileStage()
  writeFileSync(place.at('audit-2025-12-31.ndjson'), 'notes')
  await using sink = place.open()
  expect(await failed(sink.write([A], never))).toMatchObject({ name: 'BlockedError', code: 'file.not_ours' })
  rmSync(place.at('audit-2025-12-31.ndjson'))
  await sink.write([A], never)
  expect(place.read(TODAY)).toBe(lines(A))
})

test('a sink that is closed writes no more', async () => {
  using place = fileStage()
  const sink = place.open()
  await sink[Symbol.asyncDispose]()
  await expect(sink.write([A], never)).rejects.toThrow('The sink is closed')
  expect(place.names()).toEqual([])
})

test('a second writer is kept out until the first has ended', async () => {
  using place = fileStage()
  const first = place.open()
  await first.write([A], never)
  await using second = place.open()
  expect(await failed(second.write([B], never))).toMatchObject({ name: 'BlockedError', code: 'file.locked' })
  await second.check(never) // As beside a run that is going on.
  await first[Symbol.asyncDispose]()
  await second.write([B], never)
  expect(place.read(TODAY)).toBe(lines(A, B))
})

test('an abort ends a write, and check writes no line', async () => {
  using place = fileStage()
  await using sink = place.open()
  await sink.check(never)
  await expect(sink.write([A], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  expect(place.names()).toEqual([])
})
