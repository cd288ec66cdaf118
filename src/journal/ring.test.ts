import { expect, test } from 'vitest'
import { settled, VirtualClock } from '../../test/support/virtual_clock.ts'
import { Ring } from './ring.ts'

const MIB = 2 ** 20
const never = new AbortController().signal

/** One event of so many bytes for each position from 0 on. */
function ringOf(count: number, bytes: number, dropped: number[] = []) {
  const ring = new Ring(({ first }) => void dropped.push(first))
  for (let first = 0; first < count; first++) {
    const lengths = [bytes]
    ring.push({ source: 'a', stream: 's', first, count: 1, bytesBefore: first * bytes, bytes, lengths, receivedMs: 0, events: () => [] })
  }
  return ring
}

const heldOf = (ring: Ring) => [0, 1, 2, 3, 4, 5].filter(position => ring.at(position) !== undefined)

test('what is held for readers at the head is bounded in bytes; the oldest goes first, and is told', () => {
  const dropped: number[] = []
  const ring = ringOf(5, 3 * MIB, dropped)
  expect(heldOf(ring)).toEqual([3, 4])
  ring.dropBefore(4)
  expect(heldOf(ring)).toEqual([4])
  expect(dropped).toEqual([0, 1, 2, 3])
})

test('what every reader has passed is let go; who is still far behind, or has ended, holds nothing', () => {
  const ring = ringOf(4, MIB)
  const [fast, slow] = [{}, {}]
  ring.readerMoved(slow, 1)
  ring.readerMoved(fast, 3)
  expect(heldOf(ring)).toEqual([1, 2, 3])
  ring.readerMoved(slow, undefined)
  expect(heldOf(ring)).toEqual([3])
  ring.readerMoved(slow, 0)
  ring.readerMoved(fast, 4)
  expect(heldOf(ring)).toEqual([])
})

test.each([
  ['there is room', 0, MIB, false],
  ['it would drop what the reader has passed', 2, 2 * MIB, false],
  ['it would drop what the reader takes next', 0, 4 * MIB, true],
  ['it would drop what stands between', 1, 6 * MIB, true],
  ['no reader is near', undefined, 7 * MIB, false],
])('an append waits for the reader or not: %s', async (_, position, bytes, waits) => {
  const ring = ringOf(6, MIB)
  const clock = new VirtualClock()
  if (position !== undefined) ring.readerMoved({}, position)
  let isThrough = false
  const waiting = ring.letReadersIn(bytes, clock, never).then(() => (isThrough = true))
  await settled()
  expect(isThrough).toBe(!waits)
  await clock.advance(1000)
  await waiting
})

test('appends that are let through and not pushed yet count', async () => {
  const ring = ringOf(6, MIB)
  const clock = new VirtualClock()
  ring.readerMoved({}, 0)
  let isThrough = false
  const first = await ring.letReadersIn(2 * MIB, clock, never)
  const second = ring.letReadersIn(MIB, clock, never).then(() => (isThrough = true))
  await settled()
  expect(isThrough).toBe(false)
  first[Symbol.dispose]()
  await clock.advance(1000)
  await second
  expect(isThrough).toBe(true)
})

test('the wait ends as soon as the reader has moved on, and with an abort', async () => {
  const ring = ringOf(6, MIB)
  const clock = new VirtualClock()
  const reader = {}
  ring.readerMoved(reader, 0)
  const first = ring.letReadersIn(4 * MIB, clock, never)
  ring.readerMoved(reader, 3)
  await first
  const stop = new AbortController()
  const second = ring.letReadersIn(8 * MIB, clock, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  expect(clock.sleeping).toBe(0)
})
