import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cli } from '../support/cli.ts'
import { startElasticsearch, startOpensearch } from './search_node.ts'
import { plainReader } from './search_reading.ts'
import { shipAll } from './ship.ts'

const RETRY = { initial: '100ms', max: '1s' }

test.each([
  [100_000, 'OpenSearch, which is stopped', startOpensearch, 'stop'],
  [30_000, 'OpenSearch, which is killed', startOpensearch, 'kill'],
  [100_000, 'Elasticsearch, which is stopped', startElasticsearch, 'stop'],
] as const)(
  '%d events from the API to %s twice on the way, and rolls over each time: each is there once',
  async (events, _, start, end) => {
    await using node = await start()
    const reader = plainReader(node.url)
    // As users have it; Elasticsearch has no data streams here, so there an alias rolls over.
    const hasStreams = start === startOpensearch
    expect(await cli(['assets', 'elasticsearch', '--url', node.url, ...(hasStreams ? [] : ['--plain'])])).toMatchObject({ code: 0 })
    if (!hasStreams)
      await reader.call('PUT', '/logs-openai.audit-000001', { aliases: { 'logs-openai.audit-default': { is_write_index: true } } })
    const name = 'logs-openai.audit-default'

    /** After a third of the events and after two. */
    async function disturb(ended: AbortSignal): Promise<void> {
      for (const part of [1 / 3, 2 / 3]) {
        while ((await reader.count(name).catch(() => 0)) < events * part) {
          if (ended.aborted) throw new Error('the program ended before the node had been stopped twice')
          await pause(20)
        }
        await node[end]()
        await node.start()
        // The requests whose answers were lost are written again into another backing index.
        for (let rolled = false; !rolled; )
          rolled = await reader.call('POST', `/${name}/_rollover`).then(
            () => true,
            () => false,
          )
      }
    }

    const { code, err, ids } = await shipAll({
      events,
      sinks: { search: { type: 'elasticsearch', urls: [node.url], retry: RETRY } },
      disturb,
    })
    const stored = await reader.ids(name)
    expect(stored.length).toBe(events)
    expect([...new Set(stored).symmetricDifference(new Set(ids))].slice(0, 5)).toEqual([])
    expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
  },
)
