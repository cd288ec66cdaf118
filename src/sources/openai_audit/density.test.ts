import { expect, test } from 'vitest'
import { Density } from './density.ts'

const HOUR_S = 3600

test('nothing is known before some events were listed', () => {
  const density = new Density()
  expect([density.isKnown, density.secondsOf(100)]).toEqual([false, HOUR_S])
  density.saw({ fromS: 0, toS: HOUR_S }, 0, 0)
  expect([density.isKnown, density.secondsOf(100)]).toEqual([false, 8 * HOUR_S])
  density.saw({ fromS: HOUR_S, toS: 2 * HOUR_S }, 10, 5000)
  expect([density.isKnown, density.eventBytes]).toEqual([true, 500])
})

test.each([
  ['as dense', 100, 1],
  ['half as dense', 50, 2],
  ['twice as dense', 200, 1 / 2],
  ['empty', 0, 8],
  ['full of events', 1_000_000, 1 / 8],
])('a window after one that was %s', (_, events, hours) => {
  const density = new Density()
  density.saw({ fromS: 0, toS: HOUR_S }, events, events * 700)
  expect(density.secondsOf(100)).toBe(hours * HOUR_S)
})

// Goal: windows are fetched at once and come in any order; an early one must not undo what a later one has shown.
test('the latest time that was listed counts, whenever it was listed', () => {
  const density = new Density()
  density.saw({ fromS: 5 * HOUR_S, toS: 6 * HOUR_S }, 100, 70_000)
  density.saw({ fromS: 0, toS: HOUR_S }, 0, 0)
  expect(density.secondsOf(100)).toBe(HOUR_S)
  density.saw({ fromS: 6 * HOUR_S, toS: 7 * HOUR_S }, 50, 35_000)
  expect(density.secondsOf(100)).toBe(2 * HOUR_S)
})

test('of a window that was listed in no part only its events count', () => {
  const density = new Density()
  density.saw({ fromS: 0, toS: HOUR_S }, 100, 70_000)
  density.saw({ fromS: 2 * HOUR_S, toS: 2 * HOUR_S }, 0, 0)
  expect(density.secondsOf(100)).toBe(HOUR_S)
})
