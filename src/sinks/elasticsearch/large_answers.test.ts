import { expect, test } from 'vitest'
import { serve, textOf } from '../../../test/doubles/requests.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import type { Rejection } from '../../core/sink.ts'
import { createDeliver } from '../../engine/deliver.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { elasticsearchConfig } from './config.ts'
import { createElasticsearchSink } from './sink.ts'

const never = new AbortController().signal
const quiet = () => {}
const context = sinkContext('es')

test('a batch whose answer is too long to be read is halved; every event is judged', async () => {
  const REASON = 'x'.repeat(5 * 2 ** 20)
  const counts: number[] = []
  await using server = await serve(async (request, response) => {
    const count = (await textOf(request)).split('\n').length >> 1
    counts.push(count)
    const error = { type: 'mapper_parsing_exception', reason: REASON }
    const items = Array.from({ length: count }, () => ({ create: { status: 400, error } }))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: true, items }))
  })
  const config = elasticsearchConfig.parse({ urls: [server.url], deduplicate: 'never', proxy: 'none' })
  await using sink = createElasticsearchSink(config, context)
  const letters: Rejection[] = []
  const deliver = createDeliver({
    sink,
    clock: systemClock,
    retry: { initialDelayMs: 1, maxDelayMs: 1 },
    blockedRetryMs: 1,
    deadLetter: async rejections => void letters.push(...rejections),
    report: { retried: quiet, state: quiet },
  })
  await deliver(
    ['a', 'b', 'c', 'd'].map(id => mapped(id)),
    never,
  )
  expect(counts).toEqual([4, 2, 2])
  expect(letters.map(({ event }) => event.event.id)).toEqual(['a', 'b', 'c', 'd'])
})

test('an index that answers fewer hits than are asked for blocks, and the message says how to mend it', async () => {
  const reason =
    'Result window is too large, from + size must be less than or equal to: [1000] but was [10000]. See [index.max_result_window]'
  const cause = { type: 'illegal_argument_exception', reason }
  await using server = await serve(async (request, response) => {
    await textOf(request)
    const error = { type: 'search_phase_execution_exception', reason: 'all shards failed', root_cause: [cause], caused_by: cause }
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error, status: 400 }))
  })
  await using sink = createElasticsearchSink(elasticsearchConfig.parse({ urls: [server.url], proxy: 'none' }), context)
  await expect(sink.write([mapped('a')], never)).rejects.toMatchObject({
    name: 'BlockedError',
    code: 'elasticsearch.target',
    message: expect.stringMatching(/set index\.max_result_window of \S+ to 10000 or more, or set deduplicate: never/) as string,
  })
})
