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

/** A reader that is done with so much, and has taken so much. */
const at = (done: number, taken = done) => ({ done, taken })

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
  ring.readerMoved(slow, at(1))
  ring.readerMoved(fast, at(3))
  expect(heldOf(ring)).toEqual([1, 2, 3])
  ring.readerMoved(slow, undefined)
  expect(heldOf(ring)).toEqual([3])
  ring.readerMoved(slow, at(0))
  ring.readerMoved(fast, at(4))
  expect(heldOf(ring)).toEqual([])
})

test.each([
  ['there is room', at(0, 11), MIB, false],
  ['it would drop what the reader is done with', at(4, 12), 2 * MIB, false],
  ['it would drop what the reader is at', at(0, 12), 4 * MIB, true],
  ['it would drop what stands between', at(2, 12), 6 * MIB, true],
  ['the reader has much to take', at(10), MIB, true],
  ['the reader has little to take', at(11), MIB, false],
  ['no reader is near', undefined, 7 * MIB, false],
])('an append waits for the reader or not: %s', async (_, place, bytes, waits) => {
  const ring = ringOf(12, MIB / 2)
  const clock = new VirtualClock()
  if (place !== undefined) ring.readerMoved({}, place)
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
  ring.readerMoved({}, at(0, 6))
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
  ring.readerMoved(reader, at(0))
  const first = ring.letReadersIn(4 * MIB, clock, never)
  ring.readerMoved(reader, at(3, 6))
  await first
  const stop = new AbortController()
  const second = ring.letReadersIn(8 * MIB, clock, stop.signal)
  stop.abort(new Error('stopped'))
  await expect(second).rejects.toThrow('stopped')
  expect(clock.sleeping).toBe(0)
})

// Goal: a slow destination beside a fast one costs the fast one nothing.
test('of two readers the faster counts', async () => {
  const ring = ringOf(6, MIB)
  ring.readerMoved({}, at(0))
  ring.readerMoved({}, at(5, 6))
  using _room = await ring.letReadersIn(MIB, new VirtualClock(), never)
})

// Goal: a destination that has died holds an append back once, not each of them until the journal has left its reader behind.
test('a reader that does not move is waited for once, and again when it has moved', async () => {
  const ring = ringOf(6, MIB)
  const clock = new VirtualClock()
  const reader = {}
  ring.readerMoved(reader, at(0))
  const first = ring.letReadersIn(1, clock, never)
  await settled()
  await clock.advance(500)
  ;(await first)[Symbol.dispose]()
  using _room = await ring.letReadersIn(1, clock, never)
  ring.readerMoved(reader, at(1))
  const again = ring.letReadersIn(1, clock, never)
  await settled()
  expect(clock.sleeping).toBe(1)
  ring.readerMoved(reader, at(5, 6))
  ;(await again)[Symbol.dispose]()
})
