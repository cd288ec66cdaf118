import type { ComponentContext } from '../../core/context.ts'
import type { Source } from '../../core/source.ts'
import type { FetchPage, Remedies } from '../../paging/client.ts'
import { connectList } from '../../paging/connect.ts'
import { CursorDirection } from '../../paging/cursor_direction.ts'
import { ListStream } from '../../paging/stream.ts'
import type { OpenaiOrganizationLogsConfig } from './config.ts'
import type { DescentOptions } from './descent.ts'
import { listWindow } from './listing.ts'
import { DescendingPast } from './past.ts'
import { encodeQuery, SHAPE } from './query.ts'

/** One poll and one part of the past. */
const REQUESTS_MAX = 2

const REMEDIES: Remedies = {
  denied: 'It has to be an admin key, made by an Owner of the organization, with the right to read its logs.',
  refused: 'Look at path and page_size.',
  unexpected: 'Look at base_url and path.',
}

/** `fetchPage` replaces the network, for rehearsals. */
export function createOpenaiOrganizationLogsSource(
  config: OpenaiOrganizationLogsConfig,
  context: ComponentContext,
  fetchPage?: FetchPage,
): Source {
  const url = new URL(`${config.base_url.href.replace(/\/+$/, '')}${config.path}`)
  const connection = connectList(config, context, { shape: SHAPE, remedies: REMEDIES, url, concurrencyMax: REQUESTS_MAX, fetchPage })
  const client = connection.client('organization')
  // With one record a page nothing would tell a cursor that works from one that leads nowhere.
  const pageEvents = Math.max(2, config.page_size)
  const descent: DescentOptions = {
    ask: (cursor, signal) => {
      const query = encodeQuery(cursor, pageEvents)
      return cursor === undefined ? client.ask(query, signal) : client.askByCursor(query, signal)
    },
    untilDone: (work, signal) => client.untilDone(work, signal),
    pageEvents,
    direction: new CursorDirection(),
  }
  const stream = new ListStream({
    component: SHAPE.component,
    name: 'organization',
    client,
    list: (window, limits, signal) => listWindow(descent, window, limits, signal),
    past: reading => new DescendingPast(reading, descent),
    start: config.start,
    overlapS: Math.ceil(config.overlap / 1000),
    pollIntervalMs: config.poll_interval,
    sweepIntervalMs: config.sweep_interval,
    context,
  })
  return {
    streams: [stream],
    async check(signal) {
      await connection.client('check').askOnce('limit=1', signal)
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
