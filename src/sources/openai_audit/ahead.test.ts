import { expect, test } from 'vitest'
import { Ahead } from './ahead.ts'

const MIB = 2 ** 20

/** At a time that a test sets. */
function stage() {
  const clock = { ms: 0 }
  return { clock, ahead: new Ahead(() => clock.ms) }
}

/** It was waited for once. */
function grown() {
  const staged = stage()
  staged.ahead.wait()
  staged.clock.ms += 100
  staged.ahead.wait()
  return staged
}

/** What is needed is found by what is fetched, taken and asked for again in so many ms. */
function pass({ clock, ahead }: ReturnType<typeof stage>, { fetchMs, bytes, busyMs }: { fetchMs: number; bytes: number; busyMs: number }) {
  const ended = ahead.begin()
  clock.ms += fetchMs
  ended()
  ahead.take(bytes)
  clock.ms += busyMs
  ahead.ask()
}

const mibAfter = ({ ahead }: ReturnType<typeof stage>, readyBytes: number) =>
  Array.from({ length: 6 }, () => {
    ahead.ready(readyBytes)
    return ahead.bytesMax / MIB
  })

test('while the API is waited for it grows, up to a bound', () => {
  const { clock, ahead } = stage()
  const mib = [0, 100, 200, 300, 400].map(ms => {
    clock.ms = ms
    ahead.wait()
    return ahead.bytesMax / MIB
  })
  expect(mib).toEqual([0.5, 2, 8, 16, 16])
})

// Goal: what the event loop itself is late with is no reason to fetch more.
test('short waits, however many, change nothing', () => {
  const { clock, ahead } = stage()
  for (let n = 0; n < 50; n++) {
    ahead.wait()
    clock.ms += 99
    ahead.wait()
    ahead.take(MIB)
    ahead.ask()
  }
  expect(ahead.bytesMax).toBe(MIB / 2)
})

test('where what is taken comes at once, it shrinks to little', () => {
  const staged = grown()
  pass(staged, { fetchMs: 1, bytes: 10_000, busyMs: 100 })
  expect(mibAfter(staged, 16 * MIB)).toEqual([1, 0.5, 0.5, 0.5, 0.5, 0.5])
})

// Goal: an API that takes its time and a taker that is just as fast: with less than what is taken meanwhile the taker would wait.
test('who takes much during one fetch keeps twice as much', () => {
  const staged = grown()
  pass(staged, { fetchMs: 5000, bytes: 300_000, busyMs: 200 }) // One slow answer says nothing of the others.
  pass(staged, { fetchMs: 300, bytes: 300_000, busyMs: 200 })
  expect(mibAfter(staged, 16 * MIB).at(-1)).toBeCloseTo((2 * 300 * 1500) / MIB)
})

test('it never grows because much is ready', () => {
  const staged = grown()
  pass(staged, { fetchMs: 300, bytes: 30 * MIB, busyMs: 1 })
  expect(mibAfter(staged, 16 * MIB).at(-1)).toBe(2)
})

test('while not much is ready, or nothing was taken yet, nothing changes', () => {
  const staged = grown()
  expect(mibAfter(staged, 16 * MIB).at(-1)).toBe(2)
  pass(staged, { fetchMs: 1, bytes: 10_000, busyMs: 100 })
  expect(mibAfter(staged, MIB).at(-1)).toBe(2)
})

test('all windows that are fetched at once leave half of the room', () => {
  expect([1, 64, 256].map(concurrency => concurrency * Ahead.windowBytes(concurrency))).toEqual([8 * MIB, 8 * MIB, 8 * MIB])
})
