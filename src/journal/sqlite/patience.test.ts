import { expect, test } from 'vitest'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { Patience } from './patience.ts'

test('a full disk is said once, without the stack of an error that was foreseen, and as long as something waits', async () => {
  const clock = new VirtualClock(0)
  const said: unknown[] = []
  const say = (...what: unknown[]) => void said.push(what)
  const logger = { debug: say, info: say, warn: say, error: say }
  const patience = new Patience('j.db', { clock, logger }, new AbortController().signal)
  let isFull = true
  const written = patience.until(() => {
    if (isFull) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
  })
  await clock.advance(5000)
  const waits = 'no room on the disk for the journal j.db: nothing is lost, it is tried again every 1 s'
  expect([patience.fault, patience.waits]).toEqual(['no room on the disk for the journal j.db', waits])
  isFull = false
  await clock.advance(1000)
  await written
  expect([patience.fault, patience.waits]).toEqual([undefined, undefined])
  expect(said).toEqual([[waits, { cause: 'database or disk is full' }], ['The journal j.db can be written again']])
})
