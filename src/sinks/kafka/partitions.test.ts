import { expect, test } from 'vitest'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { Partitions } from './partitions.ts'

function stage(answers: readonly (number | Error)[]) {
  const clock = new VirtualClock()
  const left = [...answers]
  const ask = async () => {
    const answer = left.shift() ?? new Error('more was asked than is staged')
    if (typeof answer === 'number') return answer
    throw answer
  }
  return { clock, partitions: new Partitions(ask, clock) }
}

test('a topic that is given more partitions has them minutes later', async () => {
  const { clock, partitions } = stage([3, 6])
  expect(await partitions.of('t')).toBe(3)
  await clock.advance(299_999)
  expect(await partitions.of('t')).toBe(3)
  await clock.advance(1)
  expect([await partitions.of('t'), await partitions.of('t')]).toEqual([6, 6])
})

test('a question that fails again stops no write, one that fails at first is told, and asked anew', async () => {
  const { clock, partitions } = stage([new Error('no broker'), 3, new Error('no broker'), 4])
  await expect(partitions.of('t')).rejects.toThrow('no broker')
  expect(await partitions.of('t')).toBe(3)
  await clock.advance(300_000)
  expect(await partitions.of('t')).toBe(3)
  await clock.advance(300_000)
  expect(await partitions.of('t')).toBe(4)
})

test('after a failure of the topic it is asked at once', async () => {
  const { partitions } = stage([3, 2])
  expect(await partitions.of('t')).toBe(3)
  partitions.forget('t')
  expect(await partitions.of('t')).toBe(2)
})

test('a question that fails after it was given up does not take what was learnt since', async () => {
  const asked: PromiseWithResolvers<number>[] = []
  const ask = async () => {
    asked.push(Promise.withResolvers())
    return await asked.at(-1)!.promise
  }
  const partitions = new Partitions(ask, new VirtualClock())
  const first = expect(partitions.of('t')).rejects.toThrow('no broker')
  partitions.forget('t')
  const second = partitions.of('t')
  asked[1]!.resolve(4)
  asked[0]!.reject(new Error('no broker'))
  await first
  expect([await second, await partitions.of('t'), asked.length]).toEqual([4, 4, 2])
})
