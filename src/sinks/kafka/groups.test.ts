import { describe, expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { groupByPartition, resultOf } from './groups.ts'

const events = ['a', 'b', 'c', 'd'].map(id => mapped(id))
const [a, b, c, d] = events as [(typeof events)[0], (typeof events)[0], (typeof events)[0], (typeof events)[0]]

test('within a partition the order stays', () => {
  const groups = groupByPartition(
    'audit',
    events,
    ({ json }) => ({ value: json }),
    (_, { event }) => (event.id === 'b' ? 1 : 0),
  )
  expect(
    groups.map(({ topic, partition, events: own, messages }) => [topic, partition, own.map(({ event }) => event.id), messages.length]),
  ).toEqual([
    ['audit', 0, ['a', 'c', 'd'], 3],
    ['audit', 1, ['b'], 1],
  ])
})

describe('the answer of a write', () => {
  const busy = new RetryableError('kafka.busy', 'busy')
  const blocked = new BlockedError('kafka.unauthorized', 'blocked')
  const refused = new BatchRefusedError('kafka.too_large', 'too large')

  test('all taken', () => {
    expect(resultOf([{ events: [a, b] }, { events: [c] }])).toEqual({ rejected: [], deferred: [] })
  })

  test('only what failed is written again, and what is refused alone is rejected', () => {
    const outcomes = [{ events: [a] }, { events: [b], error: refused }, { events: [c, d], error: refused }]
    expect(resultOf(outcomes)).toEqual({ rejected: [{ event: b, reason: 'too large' }], deferred: [c, d] })
    expect(resultOf([{ events: [a] }, { events: [b, c], error: blocked }])).toEqual({ rejected: [], deferred: [b, c] })
  })

  test.each([
    [[blocked, busy, refused], busy],
    [[refused, blocked], blocked],
    [[refused, refused], refused],
  ])('nothing taken: what may pass by itself, then what blocks, then the refusal', (errors, thrown) => {
    expect(() => resultOf(errors.map(error => ({ events: [a], error })))).toThrow(thrown)
  })
})
