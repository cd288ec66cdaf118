import { test } from 'vitest'
import { startElasticsearch } from './search_node.ts'
import { expectEachOnce } from './search_rolling_over.ts'

test('100000 events from the API to Elasticsearch, which is stopped twice on the way, and rolls over each time: each is there once', async () => {
  await using node = await startElasticsearch()
  await expectEachOnce({ events: 100_000, node, hasStreams: false, end: 'stop' })
})
