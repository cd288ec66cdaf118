import { expect, test } from 'vitest'
import { latestEnd } from './ledger.ts'
import { table } from './table.ts'

/** The windows of a month of polls; a call takes about 125,000 arguments. */
const WINDOWS = Array.from({ length: 200_000 }, (_, n) => ({ fromS: n * 15, toS: (n + 1) * 15 }))

test('the end of more windows than a call takes arguments is found', () => {
  expect(latestEnd(WINDOWS)).toBe(3_000_000)
  expect(
    latestEnd([
      { fromS: 0, toS: 9 },
      { fromS: 1, toS: 3 },
    ]),
  ).toBe(9)
})

test('so is the width of a column of as many rows', () => {
  expect(table(['id', 'end'], [...WINDOWS.map(({ toS }) => ['a', String(toS)]), ['widest', '1']]).slice(0, 23)).toBe(
    'id      end\na       15\n',
  )
})
