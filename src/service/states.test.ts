import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import type { ComponentState } from '../core/context.ts'
import { BlockedError, RetryableError } from '../core/errors.ts'
import { SILENT_METER } from './meter.ts'
import { StateBoard } from './states.ts'

const retrying = (message: string, code = 'a.busy'): ComponentState => ({
  name: 'retrying',
  error: new RetryableError(code, message),
  retryAtMs: 0,
})

const AT_START = '1970-01-01T00:00:00.000Z'

function stage() {
  const clock = new VirtualClock(0)
  const lines: string[] = []
  const say = (message: string, fields?: Readonly<Record<string, unknown>>) =>
    void lines.push([fields?.component, message, fields?.retry_at].filter(part => typeof part === 'string').join(' '))
  const gauges = new Map<string, number>()
  const meter = {
    ...SILENT_METER,
    set: (_: string, labels: object, value: number) => void gauges.set(Object.values(labels).join(' '), value),
  }
  const board = new StateBoard({ clock, logger: { debug: say, info: say, warn: say, error: say }, meter })
  return { clock, lines, gauges, board }
}

test('a change is logged once, whatever the wording of the attempts that follow', () => {
  const { board, lines } = stage()
  board.report('s', { name: 'running' })
  for (const request of [1, 2, 3]) board.report('s', retrying(`request ${request} failed`))
  board.report('s', retrying('no answer', 'a.unreachable'))
  board.report('s', { name: 'blocked', error: new BlockedError('a.denied', 'no'), retryAtMs: 0 })
  board.report('s', { name: 'running' })
  board.report('s', { name: 'running' })
  board.report('s', { name: 'ended' })
  expect(lines).toEqual([
    's running',
    `s retrying ${AT_START}`,
    `s retrying ${AT_START}`,
    `s blocked; nothing is dropped ${AT_START}`,
    's running again',
    's ended',
  ])
})

test('a pause of more than a minute is logged when it begins, with its end', async () => {
  const { board, lines, clock } = stage()
  board.report('s', retrying('one'))
  const long = { ...retrying('two'), retryAtMs: clock.now() + 3_600_000 } as ComponentState
  board.report('s', long)
  board.report('s', long)
  board.report('s', retrying('three'))
  board.report('s', long)
  expect(lines).toEqual([`s retrying ${AT_START}`, 's retrying 1970-01-01T01:00:00.000Z', 's retrying 1970-01-01T01:00:00.000Z'])
})

test('trouble is dated from its beginning, across its kinds, until it is over', async () => {
  const { board, clock } = stage()
  board.report('s', { name: 'running' })
  expect(board.entry('s')?.troubledSinceMs).toBeUndefined()
  await clock.advance(1000)
  board.report('s', retrying('one'))
  await clock.advance(1000)
  board.report('s', { name: 'paused', reason: 'full' })
  expect(board.entry('s')).toMatchObject({ sinceMs: 2000, troubledSinceMs: 1000 })
  board.report('s', { name: 'running' })
  expect(board.entry('s')?.troubledSinceMs).toBeUndefined()
})

test('exactly one state of a component is 1', () => {
  const { board, gauges } = stage()
  board.report('s', { name: 'running' })
  board.report('s', retrying('x'))
  expect([...gauges].filter(([, value]) => value === 1)).toEqual([['s retrying', 1]])
  expect(gauges.size).toBe(5)
})
