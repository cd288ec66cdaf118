import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { cli } from '../support/cli.ts'
import type { SearchNode } from './search_node.ts'
import { plainReader } from './search_reading.ts'
import { shipAll } from './ship.ts'

const NAME = 'logs-openai.audit-default'
const RETRY = { initial: '100ms', max: '1s' }

/** A staging of `events` events, shipped to a node that is ended twice on the way; it throws unless each is there once. */
export interface Rolling {
  readonly events: number
  readonly node: SearchNode
  /** Where data streams are missing an alias rolls over. */
  readonly hasStreams: boolean
  readonly end: 'stop' | 'kill'
}

export async function expectEachOnce({ events, node, hasStreams, end }: Rolling): Promise<void> {
  const reader = plainReader(node.url)
  expect(await cli(['assets', 'elasticsearch', '--url', node.url, ...(hasStreams ? [] : ['--plain'])])).toMatchObject({ code: 0 })
  if (!hasStreams) await reader.call('PUT', '/logs-openai.audit-000001', { aliases: { [NAME]: { is_write_index: true } } })

  /** After a third of the events and after two. */
  async function disturb(ended: AbortSignal): Promise<void> {
    for (const part of [1 / 3, 2 / 3]) {
      while ((await reader.count(NAME).catch(() => 0)) < events * part) {
        if (ended.aborted) throw new Error('the program ended before the node had been stopped twice')
        await pause(20)
      }
      await node[end]()
      await node.start()
      // The requests whose answers were lost are written again into another backing index.
      for (let rolled = false; !rolled; )
        rolled = await reader.call('POST', `/${NAME}/_rollover`).then(
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
  const stored = await reader.ids(NAME)
  expect(stored.length).toBe(events)
  expect([...new Set(stored).symmetricDifference(new Set(ids))].slice(0, 5)).toEqual([])
  expect([code, err]).toEqual([0, expect.not.stringContaining('Warning')])
}
