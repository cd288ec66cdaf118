import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { settled } from '../../../test/support/virtual_clock.ts'
import { FatalError, RetryableError } from '../../core/errors.ts'
import { fileOutput, streamOutput } from './output.ts'
import { createStdoutSink } from './sink.ts'

const never = new AbortController().signal
const [A, B, C] = [mapped('a'), mapped('b'), mapped('c')]

/** Takes as many bytes at a time as it is told, or fails. */
function scriptedFile(script: (number | Error)[]) {
  const taken: Buffer[] = []
  const output = fileOutput(-1, async (_, bytes, from) => {
    const next = script.shift() ?? Number.POSITIVE_INFINITY
    if (next instanceof Error) throw next
    const piece = bytes.subarray(from, from + next)
    taken.push(Buffer.from(piece))
    return piece.length
  })
  return { sink: createStdoutSink(output), another: createStdoutSink(output), text: () => Buffer.concat(taken).toString('utf8') }
}

test('one event a line, even if its JSON has several', async () => {
  const pipe = new PassThrough()
  const sink = createStdoutSink(streamOutput(pipe))
  await sink.check(never)
  await sink.write([A, { ...B, json: '{\n  "id": "b"\r\n}' }], never)
  await sink[Symbol.asyncDispose]()
  expect(String(pipe.read())).toBe(`${A.json}\n{   "id": "b"  }\n`)
  expect([pipe.destroyed, pipe.writable]).toEqual([false, true])
})

test('a full pipe makes the write wait, and the lines keep their order', async () => {
  const pipe = new PassThrough({ highWaterMark: 1 })
  const sink = createStdoutSink(streamOutput(pipe))
  const done: string[] = []
  const writes = [A, B, C].map(async one => {
    await sink.write([one], never)
    done.push(one.event.id)
  })
  await settled()
  expect(done.length).toBeLessThan(3)
  let text = ''
  pipe.on('data', piece => (text += String(piece)))
  await Promise.all(writes)
  expect([text, done]).toEqual([[A, B, C].map(({ json }) => `${json}\n`).join(''), ['a', 'b', 'c']])
})

test('an abort ends the wait; what had its turn stays whole, what had not is never written', async () => {
  const pipe = new PassThrough({ highWaterMark: 1 })
  const sink = createStdoutSink(streamOutput(pipe))
  const stop = new AbortController()
  const stuck = [A, B].map(one => sink.write([one], stop.signal).catch(String))
  await settled()
  stop.abort(new Error('stopped'))
  expect(await Promise.all(stuck)).toEqual(['Error: stopped', 'Error: stopped'])
  const after = sink.write([C], never)
  let text = ''
  pipe.on('data', piece => (text += String(piece)))
  await after
  expect(text).toBe(`${A.json}\n${C.json}\n`)
})

test('an abort before the write writes nothing', async () => {
  const { sink, text } = scriptedFile([])
  await expect(sink.write([A], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
  expect(text()).toBe('')
})

test('a reader that is gone ends the process with the exit code for it', async () => {
  const pipe = new PassThrough()
  const sink = createStdoutSink(streamOutput(pipe))
  pipe.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }))
  const error: unknown = await sink.write([A], never).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(FatalError)
  expect(error).toMatchObject({ code: 'stdout.closed', exitCode: 74 })
  await expect(sink.check(never)).rejects.toBeInstanceOf(FatalError)
})

test('a file gets whole lines after one another', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'out')
  const fd = openSync(path, 'a')
  const sink = createStdoutSink(fileOutput(fd))
  await Promise.all([sink.write([A, B], never), sink.write([C], never)])
  closeSync(fd)
  expect(readFileSync(path, 'utf8')).toBe([A, B, C].map(({ json }) => `${json}\n`).join(''))
})

test('a short write is written on', async () => {
  const { sink, text } = scriptedFile([3, 1])
  await sink.write([A, B], never)
  expect(text()).toBe(`${A.json}\n${B.json}\n`)
})

const full = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })

test.each([
  ['before the first byte', [full()], ''],
  ['within a line', [3, full()], `${A.json.slice(0, 3)}\n`],
  ['after a whole line', [A.json.length + 1, full()], `${A.json}\n`],
  ['within a line, and again before the first byte', [3, full(), full()], `${A.json.slice(0, 3)}\n`],
  ['within a line, and again after its end', [3, full(), 1, full()], `${A.json.slice(0, 3)}\n`],
])('a disk that fills up %s is tried again, on a line of its own', async (_, script, left) => {
  const failures = script.filter(step => step instanceof Error).length
  const { sink, text } = scriptedFile(script)
  for (let n = 0; n < failures; n++) {
    const error: unknown = await sink.write([A, B], never).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(RetryableError)
    expect(String(error)).toContain('ENOSPC')
  }
  await sink.write([A, B], never)
  expect(text()).toBe(`${left}${A.json}\n${B.json}\n`)
})

test('a line that one sink left cut is ended by another', async () => {
  const { sink, another, text } = scriptedFile([3, full()])
  const [first] = await Promise.allSettled([sink.write([A], never), another.write([B], never)])
  expect([first.status, text()]).toEqual(['rejected', `${A.json.slice(0, 3)}\n${B.json}\n`])
})

test('two sinks do not write into the lines of each other', async () => {
  const { sink, another, text } = scriptedFile([3, 5, 1])
  await Promise.all([sink.write([A], never), another.write([B], never)])
  expect(text()).toBe(`${A.json}\n${B.json}\n`)
})
