import { expect, test } from 'vitest'
import { contextWith } from '../../test/support/journals.ts'
import type { ListClient } from './client.ts'
import { Collected } from './collected.ts'
import { parsePage } from './page.ts'
import { ListStream, type Reading } from './stream.ts'

// Goal: invariant 5. A source that runs for months knows the ids of twice the overlap, not all that it has read.
test('what no listing can bring again is forgotten', async () => {
  const { clock, ...others } = contextWith()
  const client: Partial<ListClient> = { now: () => clock.now(), askForTime: async () => {}, untilDone: work => work() }
  const shared: Reading[] = []
  const stream = new ListStream({
    component: 'test',
    name: 'organization',
    client: client as ListClient,
    list: async ({ toS }) => {
      const collected = new Collected()
      collected.add(
        parsePage(Buffer.from(JSON.stringify({ data: [{ id: `e${toS}`, at: toS - 1 }] })), { component: 'test', timeField: 'at' }),
      )
      return collected
    },
    past: reading => {
      shared.push(reading)
      return { head: () => undefined, hand: () => ({ events: [], position: undefined }), atRest: async () => {} }
    },
    startMs: undefined,
    overlapS: 60,
    pollIntervalMs: 15_000,
    sweepIntervalMs: 60_000,
    context: { ...others, id: 'acme', clock, report: () => {} },
  })
  const stop = new AbortController()
  let events = 0
  const done = (async () => {
    for await (const batch of stream.read(undefined, { ids: () => [] }, stop.signal)) events += batch.events.length
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  await clock.advance(2 * 3_600_000)
  stop.abort()
  await done
  expect(events).toBeGreaterThan(400)
  expect(shared[0]!.known.size).toBeLessThan(20)
})
