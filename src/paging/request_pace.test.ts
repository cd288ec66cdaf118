import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { RequestPace } from './request_pace.ts'

const never = new AbortController().signal

test('requests start one interval apart, in the order they were asked for', async () => {
  const clock = new VirtualClock()
  const pace = new RequestPace(clock, 250)
  const started: [string, number][] = []
  const beginMs = clock.now()
  const all = ['a', 'b', 'c'].map(name => pace.turn(never).then(() => started.push([name, clock.now() - beginMs])))
  for (let n = 0; n < 3; n++) await clock.advance(250)
  await Promise.all(all)
  expect(started).toEqual([
    ['a', 0],
    ['b', 250],
    ['c', 500],
  ])
})

test('a turn comes no later because the time of day was set back', async () => {
  const clock = new VirtualClock()
  const pace = new RequestPace(clock, 250)
  await pace.turn(never)
  clock.setBy(-3_600_000)
  let started = false
  const turn = pace.turn(never).then(() => {
    started = true
  })
  await clock.advance(250)
  expect(started).toBe(true)
  await turn
})

test('a turn that is waited for ends with its signal', async () => {
  const clock = new VirtualClock()
  const pace = new RequestPace(clock, 1000)
  await pace.turn(never)
  const stop = new AbortController()
  const waiting = pace.turn(stop.signal)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})
