import { expect, test } from 'vitest'
import { CarefulReader } from '../../test/support/careful_reader.ts'
import { QuickClock, START_MS } from '../../test/support/simulator.ts'
import { parseFaults, SIMULATOR_FAULTS } from './faults.ts'
import { startSimulator } from './simulator.ts'

const DAY_S = 86_400
const HISTORY_S = 4 * DAY_S

// Goal: "all" asks for care, never for the impossible.
test.each([1, 2, 3, 4])('with every fault on, a careful client lists everything (seed %i)', async seed => {
  const clock = new QuickClock()
  const faults = parseFaults('all,late_events=0.2')
  await using simulator = await startSimulator({ events: 6_000, historyMs: HISTORY_S * 1_000, seed, clock, faults, modeSliceMs: 300 })
  const readers = [new CarefulReader(simulator, clock), new CarefulReader(simulator, clock, 'tenant_only=true&')]
  const endS = START_MS / 1_000
  for (const reader of readers) {
    for (let fromS = endS - HISTORY_S; fromS < endS; fromS += DAY_S / 4) await reader.read(fromS, fromS + DAY_S / 4)
  }
  clock.nowMs += 900_000 // By now the last of the late ones is listed.
  for (const reader of readers) await reader.read(endS - 900, endS)

  const ids = simulator.ids()
  expect(ids).toHaveLength(6_000)
  expect(readers.flatMap(reader => [...reader.ids]).toSorted()).toEqual(ids.toSorted())
  const { inverted_cursor = 0, ignored_after = 0 } = simulator.counts().byFault
  expect([inverted_cursor > 0, ignored_after > 0]).toEqual([true, true])
})

test('in a long listing every fault of an answer comes up', async () => {
  const clock = new QuickClock()
  await using simulator = await startSimulator({ events: 12_000, historyMs: HISTORY_S * 1_000, clock, faults: parseFaults('all') })
  const reader = new CarefulReader(simulator, clock)
  const endS = START_MS / 1_000
  for (let round = 0; round < 3; round++) {
    for (let fromS = endS - HISTORY_S + round; fromS < endS; fromS += DAY_S / 8) await reader.read(fromS, fromS + DAY_S / 8)
  }
  const seen = new Set(Object.keys(simulator.counts().byFault))
  const wanted = SIMULATOR_FAULTS.filter(({ kind, inAll, name }) => kind !== 'event' && inAll && name !== 'not_objects')
  expect(wanted.filter(({ name }) => !seen.has(name)).map(({ name }) => name)).toEqual([])
})
