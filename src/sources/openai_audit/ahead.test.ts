import { expect, test } from 'vitest'
import { Ahead } from './ahead.ts'

const MIB = 2 ** 20

/** Whole MiB that it has room for. */
function room(ahead: Ahead): number {
  let mib = 0
  while (ahead.hasRoomFor((mib + 1) * MIB)) mib++
  return mib
}

/** Fetches so much while so much is taken. */
function fetch(ahead: Ahead, bytes: number, takenBytes = 0): void {
  const came = ahead.begin()
  ahead.take(takenBytes)
  came(bytes)
}

test('what waits is counted until it is taken', () => {
  const ahead = new Ahead()
  expect(room(ahead)).toBe(16)
  fetch(ahead, 5 * MIB)
  expect(room(ahead)).toBe(11)
  ahead.take(2 * MIB)
  expect(room(ahead)).toBe(13)
})

test('who takes little while a window is fetched has little held, and who waits has much again', () => {
  const ahead = new Ahead()
  const rooms = Array.from({ length: 5 }, () => {
    ahead.adapt(false, 16 * MIB)
    return room(ahead)
  })
  expect(rooms).toEqual([8, 4, 2, 2, 2])
  ahead.adapt(true, 0)
  expect(room(ahead)).toBe(4)
  for (let n = 0; n < 9; n++) ahead.adapt(true, 0)
  expect(room(ahead)).toBe(16)
})

// Goal: an API that takes its time and a taker that is just as fast: with less than what is taken meanwhile the taker would wait.
test('who takes much while a window is fetched keeps twice as much', () => {
  const ahead = new Ahead()
  fetch(ahead, 3 * MIB, 3 * MIB)
  for (let n = 0; n < 9; n++) ahead.adapt(false, 16 * MIB)
  expect(room(ahead)).toBe(6)
  fetch(ahead, 40 * MIB, 40 * MIB)
  ahead.adapt(false, 16 * MIB)
  expect(room(ahead)).toBe(16)
})

test('while not much is ready nothing changes', () => {
  const ahead = new Ahead()
  ahead.adapt(false, 8 * MIB)
  expect(room(ahead)).toBe(16)
})

test('all windows that are fetched at once leave half of the room', () => {
  expect([1, 64, 256].map(concurrency => concurrency * Ahead.windowBytes(concurrency))).toEqual([8 * MIB, 8 * MIB, 8 * MIB])
})
