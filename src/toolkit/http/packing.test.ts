import { expect, test } from 'vitest'
import type { HttpAnswer } from './answer.ts'
import { isLastRefusal, Packing } from './packing.ts'

const answer = (status: number): HttpAnswer => ({
  status,
  headers: {},
  text: '',
  bytes: Buffer.alloc(0),
  detail: 'why',
  shown: part => part,
})

/** What is asked for one after another, p for packed and - for plain, by a destination that answers so to each. */
async function asked(packed: number, plain: number, batches: readonly number[], compression = 'gzip') {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const logger = { debug: warn, info: warn, warn, error: warn }
  const packing = new Packing({ compression, logger, isTaken: ({ status }) => status < 300 })
  let requests = ''
  const statuses: number[] = []
  for (const count of batches) {
    const request = async (isPlain: boolean) => {
      requests += isPlain ? '-' : 'p'
      return answer(isPlain ? plain : packed)
    }
    statuses.push((await packing.send(request, isLastRefusal(Array.from({ length: count })))).status)
  }
  return { requests, statuses, warnings: warnings.length }
}

test.each([
  ['a batch is halved first', 400, 200, [2, 1, 2, 2], 'pp---', [400, 200, 200, 200], 1],
  ['content that is refused may be unreadable', 422, 200, [1, 1], 'p--', [200, 200], 1],
  ['an event at fault is at fault either way', 400, 422, [1, 1], 'p-p-', [400, 400], 0],
  ['a success is one', 200, 400, [1, 2], 'pp', [200, 200], 0],
  ['a destination that is busy is asked again, and makes no dead letter', 400, 429, [1, 1], 'p-p-', [429, 429], 0],
  ['so is one that is ill', 400, 503, [1], 'p-', [503], 0],
  ['another refusal says nothing of events', 415, 200, [1], 'p', [415], 0],
])('%s', async (_, packed, plain, batches, requests, statuses, warnings) => {
  expect(await asked(packed, plain, batches)).toEqual({ requests, statuses, warnings })
})

test('what is not compressed is sent once', async () => {
  expect(await asked(200, 400, [1], 'none')).toEqual({ requests: '-', statuses: [400], warnings: 0 })
})
