import { expect, test } from 'vitest'
import { KnownPieces } from './known_pieces.ts'

const piecesOf = (...texts: string[]) => texts.map(text => ({ text, reason: 'no object' }))

test('a piece is new once, and not where it is a dead letter of an earlier life', () => {
  const pieces = new KnownPieces({ ids: () => [], unreadable: () => ['8', '7'] })
  expect(pieces.fresh(piecesOf('7', '9', '9', 'null'))).toEqual(piecesOf('9', 'null'))
  expect(pieces.fresh(piecesOf('null', '8', '10'))).toEqual(piecesOf('10'))
})

test('the oldest are forgotten first, and the dead letters are not read before there is a piece, nor beyond what is remembered', () => {
  let read = 0
  function* letters() {
    for (; ; read++) yield `${read}`
  }
  const pieces = new KnownPieces({ ids: () => [], unreadable: letters })
  expect([pieces.fresh([]), read]).toEqual([[], 0])
  expect(pieces.fresh(piecesOf('0', 'new'))).toEqual(piecesOf('new')) // The oldest of 10,000, 9999, makes room for it.
  expect(read).toBeLessThanOrEqual(10_000)
  expect(pieces.fresh(piecesOf('9998', '9999'))).toEqual(piecesOf('9999'))
})
