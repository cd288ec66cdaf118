import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import { BlockedError } from '../core/errors.ts'
import { SILENT_METER } from './meter.ts'
import { StateBoard } from './states.ts'
import { Stops } from './stops.ts'

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

// Goal: one that is given up on takes no other with it whose name begins like its own.
test.each([
  ['a sink', 'a', [true, false, false, false]],
  ['a stream', 'acme/organization', [false, false, true, false]],
])('%s that stays out of reach ends alone', async (_, blocked, ended) => {
  const clock = new VirtualClock(0)
  const board = new StateBoard({ clock, logger, meter: SILENT_METER })
  const stop = { softStop: new AbortController().signal, hardStop: new AbortController().signal }
  const stops = new Stops({ stop, board, clock, logger, shutdownMs: 60_000, finite: true, onStuck: () => {} })
  const signals = [stops.sink('a'), stops.sink('ab'), stops.source('acme/organization'), stops.source('acme2/organization')]
  board.report(blocked, { name: 'blocked', error: new BlockedError('x.denied', 'denied'), retryAtMs: 60_000 })
  await clock.advance(500)
  await settled()
  expect(signals.map(({ hardStop }) => hardStop.aborted)).toEqual(ended)
  expect(stops.unavailable.map(({ component }) => component)).toEqual([blocked])
  await stops[Symbol.asyncDispose]()
  expect(clock.sleeping).toBe(0)
})
