import { expect, test } from 'vitest'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { ApiTime } from './api_time.ts'

const NOW_MS = Date.UTC(2026, 0, 1, 12)

function stage() {
  const clock = new VirtualClock(NOW_MS)
  const said: string[] = []
  const time = new ApiTime(clock, message => void said.push(message))
  const answered = (aheadMs: number) => time.learn({ date: new Date(clock.elapsed() + aheadMs).toUTCString() })
  return { clock, said, time, answered }
}

test('the time goes on from the last answer, whatever the time of day is set to', async () => {
  const { clock, time, answered } = stage()
  expect(time.now()).toBe(NOW_MS)
  answered(-7_200_000)
  clock.setBy(60_000)
  await clock.advance(5000)
  expect(time.now()).toBe(NOW_MS - 7_200_000 + 5000)
  time.learn({})
  expect(time.now()).toBe(NOW_MS - 7_200_000 + 5000)
})

test.each([
  [-300_000, undefined],
  [-301_000, /^the clock here is 301 s ahead of the API's\..*set it right$/],
  [300_000, undefined],
  [301_000, /^the clock here is 301 s behind the API's\./],
])("the API's clock at %i ms from the one here is told: %s", (aheadMs, words) => {
  const { said, answered } = stage()
  for (let answers = 0; answers < 3; answers++) answered(aheadMs)
  expect(said).toEqual(words === undefined ? [] : [expect.stringMatching(words)])
})

test('answers without a Date are told once', () => {
  const { said, time } = stage()
  for (const headers of [{}, { date: '' }, { date: 'soon' }]) time.learn(headers)
  expect(said).toEqual([expect.stringMatching(/^an answer of the API has no Date/)])
})
