import { expect, test } from 'vitest'
import { KnownIds } from './known_ids.ts'

const OVERLAP_S = 100
const POSITION = { startS: 0, frontierS: 10_000, segments: [{ nextS: 2000, endS: 3000, lateBeforeS: 0 }] }
const HISTORY = [
  { id: 'sealed long ago', timeS: 1500 },
  { id: 'of the window that was journaled in part', timeS: 2100 },
  { id: 'within twice the overlap', timeS: 9900 },
]
const history = {
  ids: (fromMs: number, toMs: number) => HISTORY.filter(({ timeS }) => timeS * 1000 >= fromMs && timeS * 1000 < toMs).map(({ id }) => id),
}

test('after a restart it knows what may be listed again, and nothing else', () => {
  const known = KnownIds.load(history, POSITION, POSITION.frontierS - 2 * OVERLAP_S)
  expect(HISTORY.map(({ id }) => known.has(id))).toEqual([false, true, true])
})

test('ids of a window that is not sealed outlive the sweeps', () => {
  const known = KnownIds.load(history, POSITION, POSITION.frontierS - 2 * OVERLAP_S)
  known.forget(POSITION, OVERLAP_S)
  expect(known.has('of the window that was journaled in part')).toBe(true)
})

test('when everything is sealed, what is older than twice the overlap is forgotten', () => {
  const known = KnownIds.load(history, POSITION, POSITION.frontierS - 2 * OVERLAP_S)
  known.add('new', 10_050)
  known.forget({ ...POSITION, frontierS: 10_250, segments: [] }, OVERLAP_S)
  expect(['of the window that was journaled in part', 'within twice the overlap', 'new'].map(id => known.has(id))).toEqual([
    false,
    false,
    true,
  ])
})
