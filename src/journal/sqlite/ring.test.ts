import { expect, test } from 'vitest'
import { Ring } from './ring.ts'

test('what is held for readers at the head is bounded in bytes; the oldest goes first', () => {
  const ring = new Ring()
  const bytes = 3 * 2 ** 20
  for (let first = 0; first < 5; first++) {
    ring.push({
      source: 'a',
      stream: 's',
      first,
      count: 1,
      bytesBefore: first * bytes,
      bytes,
      lengths: [bytes],
      receivedMs: 0,
      events: () => [],
    })
  }
  expect([0, 1, 2, 3, 4, 5].map(position => ring.at(position)?.first)).toEqual([undefined, undefined, undefined, 3, 4, undefined])
  ring.dropBefore(4)
  expect([3, 4].map(position => ring.at(position)?.first)).toEqual([undefined, 4])
})
