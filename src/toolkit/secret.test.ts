import { renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/support/folder.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { BlockedError } from '../core/errors.ts'
import { anyChanged, Secret } from './secret.ts'

const never = new AbortController().signal

// What takes a file away and puts it back leaves its time and its size.
test('the change of a secret whose file was away is its return, also of the very same file', async () => {
  using folder = temporaryFolder()
  const [path, away] = ['token', 'away'].map(name => join(folder.path, name)) as [string, string]
  const clock = new VirtualClock(0)
  const secret = Secret.file(path)
  writeFileSync(path, 'only')
  expect(secret.reveal()).toBe('only')
  renameSync(path, away)
  expect(() => secret.reveal()).toThrow(BlockedError)
  const changed = secret.changed(clock, new AbortController().signal)
  renameSync(away, path)
  await clock.advance(1000)
  await changed
  expect(secret.reveal()).toBe('only')
})

test('a secret whose file is away is not the one that stood there, however often it is asked for', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'token')
  const secret = Secret.file(path)
  writeFileSync(path, 'old')
  expect(secret.reveal()).toBe('old')
  renameSync(path, join(folder.path, 'away'))
  for (let time = 0; time < 2; time++) expect(() => secret.reveal()).toThrow(BlockedError)
})

test('another file of the same size and time is another secret', () => {
  using folder = temporaryFolder()
  const [path, next] = ['token', 'next'].map(name => join(folder.path, name)) as [string, string]
  const secret = Secret.file(path)
  for (const [file, text] of [
    [path, 'one'],
    [next, 'two'],
  ] as const) {
    writeFileSync(file, text)
    utimesSync(file, 1_767_225_600, 1_767_225_600)
  }
  expect(secret.reveal()).toBe('one')
  renameSync(next, path)
  expect(secret.reveal()).toBe('two')
})

test('a secret that changed after it was read has changed, when somebody comes to wait for that', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'token')
  const clock = new VirtualClock()
  const secret = Secret.file(path)
  writeFileSync(path, 'old')
  secret.reveal()
  writeFileSync(path, 'newer')
  let hasChanged = false
  const changed = secret.changed(clock, new AbortController().signal).then(() => {
    hasChanged = true
  })
  await clock.advance(1000)
  expect(hasChanged).toBe(true)
  await changed
})

test.each(['', ' \n'])('a file with nothing in it blocks: %j', text => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'token')
  writeFileSync(path, text)
  expect(() => Secret.file(path).reveal()).toThrow(expect.objectContaining({ name: 'BlockedError', code: 'secret.empty' }))
})

test('a secret whose file can not even be looked at blocks with its path', () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'token')
  symlinkSync(path, path)
  expect(() => Secret.file(path).reveal()).toThrow(expect.objectContaining({ name: 'BlockedError', code: 'secret.unreadable' }))
})

describe('waiting for a change of several', () => {
  test('ends with the first of the files', async () => {
    using folder = temporaryFolder()
    const clock = new VirtualClock()
    const secrets = ['a', 'b'].map(name => {
      writeFileSync(join(folder.path, name), 'old')
      return Secret.file(join(folder.path, name))
    })
    for (const each of secrets) each.reveal()
    let changed = false
    const waiting = anyChanged([Secret.literal('x'), ...secrets], clock, never).then(() => {
      changed = true
    })
    await clock.advance(5000)
    expect(changed).toBe(false)
    writeFileSync(join(folder.path, 'b'), 'newer')
    await clock.advance(1000)
    await waiting
    expect(clock.sleeping).toBe(0)
  })

  // What is asked for first blocks, and the others are never asked for.
  test('goes on while a file that nobody has read is what it was', async () => {
    using folder = temporaryFolder()
    const clock = new VirtualClock()
    const [missing, unread] = ['a', 'b'].map(name => Secret.file(join(folder.path, name))) as [Secret, Secret]
    writeFileSync(join(folder.path, 'b'), 'old')
    expect(() => missing.reveal()).toThrow(BlockedError)
    let changes = 0
    const waiting = anyChanged([missing, unread], clock, never).then(() => changes++)
    await clock.advance(5000)
    expect(changes).toBe(0)
    writeFileSync(join(folder.path, 'b'), 'newer')
    await clock.advance(1000)
    await waiting
    expect(clock.sleeping).toBe(0)
  })

  test('ends on the signal, also with nothing to wait for', async () => {
    const stop = new AbortController()
    const waiting = anyChanged([], new VirtualClock(), stop.signal)
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
  })
})
