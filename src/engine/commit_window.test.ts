import { expect, test } from 'vitest'
import { settled } from '../../test/support/virtual_clock.ts'
import { CommitWindow } from './commit_window.ts'

// Goal: a later batch that is delivered first waits for the earlier one before it commits.
test('commits in order, whatever the order of delivery', async () => {
  const window = new CommitWindow(2)
  const slow = Promise.withResolvers<void>()
  const commits: string[] = []
  await window.add(
    () => slow.promise,
    async () => void commits.push('first'),
  )
  await window.add(
    async () => {},
    async () => void commits.push('second'),
  )
  await settled()
  expect(commits).toEqual([])
  slow.resolve()
  await window.drain()
  expect(commits).toEqual(['first', 'second'])
})

test('after a failure nothing later commits, and the reader hears of it', async () => {
  const window = new CommitWindow(2)
  const first = Promise.withResolvers<void>()
  const commits: string[] = []
  await window.add(
    () => first.promise,
    async () => void commits.push('first'),
  )
  await window.add(
    async () => {},
    async () => void commits.push('second'),
  )
  first.reject(new Error('refused'))
  await expect(window.drain()).rejects.toThrow('refused')
  expect(commits).toEqual([])
  expect(window.failed.aborted).toBe(true)
})

test('a commit that fails stops every later one', async () => {
  const window = new CommitWindow(3)
  const commits: string[] = []
  await window.add(
    async () => {},
    () => Promise.reject(new Error('disk')),
  )
  await window.add(
    async () => {},
    async () => void commits.push('second'),
  )
  await expect(window.drain()).rejects.toThrow('disk')
  expect(commits).toEqual([])
})

// Goal: the wait for room is the backpressure; without it memory has no bound.
test('takes no more batches than it has room for', async () => {
  const window = new CommitWindow(2)
  const slow = Promise.withResolvers<void>()
  let started = 0
  const deliver = () => {
    started++
    return slow.promise
  }
  await window.add(deliver, async () => {})
  await window.add(deliver, async () => {})
  const third = window.add(deliver, async () => {})
  await settled()
  expect(started).toBe(2)
  slow.resolve()
  await third
  await window.drain()
  expect(started).toBe(3)
})

test('refuses a new batch after a failure, and waits for what is in flight', async () => {
  const window = new CommitWindow(3)
  const slow = Promise.withResolvers<void>()
  let finished = false
  await window.add(
    async () => {
      await slow.promise
      finished = true
    },
    async () => {},
  )
  await window.add(
    () => Promise.reject(new Error('refused')),
    async () => {},
  )
  await settled()
  await expect(
    window.add(
      async () => {},
      async () => {},
    ),
  ).rejects.toThrow('refused')
  const drained = window.drain()
  slow.resolve()
  await expect(drained).rejects.toThrow('refused')
  expect(finished).toBe(true)
})
