import { expect, test } from 'vitest'
import { Coverage, type SecondsRange } from './ledger.ts'
import { table } from './table.ts'

/** Windows and gaps as "from-to", in seconds. */
function gapsOf(windows: string, range: Partial<SecondsRange>): string {
  const coverage = new Coverage(range)
  for (const [, from, to] of windows.matchAll(/(\d+)-(\d+)/g)) coverage.add({ fromS: Number(from), toS: Number(to), events: 1 })
  return coverage
    .gaps()
    .map(({ fromS, toS }) => `${fromS}-${toS}`)
    .join(' ')
}

test.each([
  { name: 'nothing', windows: '', range: {}, gaps: '' },
  { name: 'nothing of a range', windows: '', range: { fromS: 3, toS: 9 }, gaps: '3-9' },
  { name: 'windows that follow each other', windows: '0-5 5-9', range: {}, gaps: '' },
  { name: 'a window within another', windows: '0-9 1-3 9-12', range: {}, gaps: '' },
  { name: 'a hole', windows: '0-5 6-9', range: {}, gaps: '5-6' },
  { name: 'a begin and an end that are missing', windows: '4-6', range: { fromS: 3, toS: 9 }, gaps: '3-4 6-9' },
  { name: 'more than the range', windows: '0-5 5-12', range: { fromS: 3, toS: 9 }, gaps: '' },
] as const)('what $name leaves uncovered', ({ windows, range, gaps }) => {
  expect(gapsOf(windows, range)).toEqual(gaps)
})

test('a column of more rows than a call takes arguments is as wide as its widest', () => {
  const rows = Array.from({ length: 200_000 }, (_, n) => ['a', String((n + 1) * 15)])
  expect(table(['id', 'end'], [...rows, ['widest', '1']]).slice(0, 23)).toBe('id      end\na       15\n')
})
