import { expect, test } from 'vitest'
import type { Position } from '../core/batch.ts'
import { caughtUpLater, decodePosition, encodePosition, listedAgain, type StreamPosition } from './position.ts'

const AT: StreamPosition = { startS: 10, frontierS: 100, segments: [{ nextS: 50, endS: 90, lateBeforeS: 40 }] }
const NOTHING_OPEN: StreamPosition = { ...AT, segments: [] }

test('a position is read as it was written', () => {
  const [segment] = AT.segments
  const position = { ...AT, segments: [segment!, { nextS: 90, endS: 95, lateBeforeS: 0, cursor: 'c' }] }
  expect(decodePosition(encodePosition(position), 'api', 'acme/organization')).toEqual(position)
})

test.each<[string, Position]>([
  ['a number', 5],
  ['no frontier', { start: 1, segments: [] }],
  ['no segments', { start: 1, frontier: 2 }],
  ['a start within a second', { start: 1.5, frontier: 2, segments: [] }],
  ['a frontier beyond what is counted', { start: 1, frontier: 1e300, segments: [] }],
  ['a segment that begins within a second', { start: 1, frontier: 2, segments: [[1.5, 2, 3]] }],
  ['a segment that is none', { start: 1, frontier: 2, segments: [5] }],
  ['a segment without its late', { start: 1, frontier: 2, segments: [[1, 2]] }],
  ['a cursor that is none', { start: 1, frontier: 2, segments: [[1, 2, 3, 4]] }],
  ['more than we know of', { start: 1, frontier: 2, segments: [[1, 2, 3, 'c', 5]] }],
])('%s is none of ours: to go on from elsewhere would lose events', (_, position) => {
  expect(() => decodePosition(position, 'api', 'acme/organization')).toThrow(expect.objectContaining({ code: 'api.position' }) as Error)
})

test.each([
  ['behind what is still open', AT, 60, AT.segments],
  ['where it begins', AT, 50, AT.segments],
  ['before it', AT, 30, [{ nextS: 30, endS: 50, lateBeforeS: 50 }, ...AT.segments]],
  ['before the start', AT, 0, [{ nextS: 10, endS: 50, lateBeforeS: 50 }, ...AT.segments]],
  ['with nothing open', NOTHING_OPEN, 30, []],
])('listed again from %s', (_, position, fromS, segments) => {
  expect(listedAgain(position, fromS)).toEqual({ ...position, segments })
})

test.each([
  ['the last that is open ends', AT, 80, 90],
  ['it is asked', AT, 95, 95],
  ['it is asked, with nothing open', NOTHING_OPEN, 80, 80],
  ['the stream starts', NOTHING_OPEN, 0, 10],
])('what is caught up later begins where %s', (_, position, fromS, nextS) => {
  const later = { nextS, endS: 200, lateBeforeS: 100 }
  expect(caughtUpLater(position, fromS, 200)).toEqual({ ...position, frontierS: 200, segments: [...position.segments, later] })
})
