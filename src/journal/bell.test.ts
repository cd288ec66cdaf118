import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Bell } from './bell.ts'

// Goal: a reader at the head waits once for each append, under one signal for as long as it lives.
test('a wait leaves nothing at its signal, whichever way it ends', async () => {
  const bell = new Bell()
  const stop = new AbortController()
  const listeners = () => getEventListeners(stop.signal, 'abort').length
  const rung = bell.wait(stop.signal)
  expect(listeners()).toBe(1)
  bell.ring()
  await rung
  expect(listeners()).toBe(0)
  const closed = bell.wait(stop.signal)
  bell.close(new Error('closed'))
  await expect(closed).rejects.toThrow('closed')
  expect(listeners()).toBe(0)
  await expect(bell.wait(stop.signal)).rejects.toThrow('closed')
})

test('a wait that was stopped before it began ends at once', async () => {
  await expect(new Bell().wait(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
})
