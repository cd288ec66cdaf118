import { expect, test } from 'vitest'
import { look } from './replays.ts'

const hits = (...ids: string[]) => ({ timed_out: false, _shards: { total: 2 }, hits: { hits: ids.map(_id => ({ _id })) } })
const REFRESHED = { _shards: { total: 4, successful: 2, failed: 0 } }

function asking(answers: readonly object[]) {
  const left = [...answers]
  return async () => JSON.stringify(left.shift() ?? 'more was asked than is staged')
}

test('what the first search has found counts with what the refresh has shown', async () => {
  expect(await look('logs', ['a', 'b', 'c'], asking([hits('a'), REFRESHED, hits('b')]))).toEqual(new Set(['a', 'b']))
})

test('an index that is not there yet holds nothing', async () => {
  const nothing = { timed_out: false, _shards: { total: 0 } }
  expect(await look('logs', ['a'], asking([nothing, { _shards: { total: 0, successful: 0, failed: 0 } }, nothing]))).toEqual(new Set())
})

test.each([
  ['the first search ran out of time', [{ ...hits(), timed_out: true }, REFRESHED, hits()]],
  ['the second search ran out of time', [hits(), REFRESHED, { ...hits(), timed_out: true }]],
  ['the refresh failed on a shard', [hits(), { _shards: { total: 4, successful: 3, failed: 1 } }, hits()]],
  ['the refresh passed over a shard', [hits(), { _shards: { total: 4, successful: 1, failed: 0 } }, hits()]],
  ['the refresh is answered by something else', [hits(), { hello: 1 }, hits()]],
  ['the search is answered by something else', [{ hello: 1 }, REFRESHED, hits()]],
  ['a shard came up after the refresh', [hits(), REFRESHED, { ...hits(), _shards: { total: 3 } }]],
])('%s: it is tried again', async (_, answers) => {
  await expect(look('logs', ['a'], asking(answers))).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'elasticsearch.search_incomplete',
  })
})
