import { test } from 'vitest'
import { startOpensearch } from './search_node.ts'
import { expectEachOnce } from './search_rolling_over.ts'

test.each([
  [100_000, 'stop'],
  [30_000, 'kill'],
] as const)(
  '%d events from the API to OpenSearch, with a %s twice on the way, and rolls over each time: each is there once',
  async (events, end) => {
    await using node = await startOpensearch()
    await expectEachOnce({ events, node, hasStreams: true, end })
  },
)
