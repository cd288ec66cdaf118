import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { event } from '../../../test/support/events.ts'
import { exampleRegistry } from '../../../test/support/registry.ts'
import { VirtualClock } from '../../../test/support/virtual_clock.ts'
import { checkConfig } from '../../config/load.ts'
import { ConfigError, RetryableError } from '../../core/errors.ts'
import { openMemoryJournal } from '../../journal/memory/index.ts'
import { createPrometheusMeter } from '../meter.ts'
import { StateBoard } from '../states.ts'
import { adminRoutes } from './routes.ts'
import { CONNECTIONS_MAX, startAdminServer } from './server.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const ANYWHERE = { host: '127.0.0.1', port: 0 }

async function stage(scope: AsyncDisposableStack) {
  const clock = new VirtualClock(10_000)
  const meter = createPrometheusMeter()
  const context = { clock, meter, logger: quiet }
  const text = 'sources: {acme: {type: example_api, api_key: k}}\nsinks: {hec: {type: example_hec, url: https://h, token: t}}\n'
  const config = checkConfig([{ name: 't', text }], { registry: exampleRegistry(), env: {} })
  const limits = { sinks: ['hec'], backlogBytesMax: 1e6, retentionAgeMs: 1e9, retentionBytesMax: 1e6 }
  const journal = scope.use(await openMemoryJournal(limits, context))
  const board = new StateBoard(context)
  const server = scope.use(await startAdminServer(ANYWHERE, adminRoutes({ config, board, journal }, context)))
  const get = async (path: string, method = 'GET') => {
    const answer = await fetch(`${server.url}${path}`, { method })
    return { status: answer.status, text: await answer.text() }
  }
  return { board, journal, meter, server, get }
}

test('readiness names the part that does not work, and why', async () => {
  await using scope = new AsyncDisposableStack()
  const { board, get, journal } = await stage(scope)
  expect((await get('/readyz')).status).toBe(503) // Nothing runs yet.
  board.report('acme/organization', { name: 'running' })
  board.report('hec', { name: 'running' })
  expect(await get('/readyz')).toMatchObject({ status: 200 })

  const key = { source: 'acme', stream: 'organization' }
  await journal.append(key, { events: [event('a', 4000), event('b', 6000)], position: 1 }, new AbortController().signal)
  board.report('hec', { name: 'retrying', error: new RetryableError('hec.busy', 'Splunk is busy'), retryAtMs: 20_000 })
  const { status, text } = await get('/readyz')
  expect(status).toBe(503)
  expect(JSON.parse(text)).toEqual({
    ready: false,
    components: [
      { component: 'acme/organization', state: 'running', since: '1970-01-01T00:00:10.000Z' },
      {
        component: 'hec',
        state: 'retrying',
        since: '1970-01-01T00:00:10.000Z',
        reason: 'Splunk is busy',
        code: 'hec.busy',
        retry_at: '1970-01-01T00:00:20.000Z',
        waiting: 2,
      },
    ],
  })
  expect(await get('/healthz')).toMatchObject({ status: 200 })
})

test('metrics hold what waits at the moment they are asked for', async () => {
  await using scope = new AsyncDisposableStack()
  const { journal, get, meter } = await stage(scope)
  const key = { source: 'acme', stream: 'organization' }
  await journal.append(key, { events: [event('a', 4000), event('b', 6000)], position: 1 }, new AbortController().signal)
  meter.add('tailrace_sink_delivered_events_total', { sink: 'hec' }, 3)
  meter.observe('tailrace_source_late_seconds', key, 7)
  const { text } = await get('/metrics')
  expect(text).toContain('tailrace_sink_waiting_events{sink="hec"} 2\n')
  expect(text).toContain('tailrace_sink_lag_seconds{sink="hec"} 6\n')
  expect(text).toContain('tailrace_sink_delivered_events_total{sink="hec"} 3\n')
  expect(text).toContain('tailrace_source_late_seconds_bucket{le="15",source="acme",stream="organization"} 1\n')
  expect(() => meter.add('tailrace_sink_waiting_events', { sink: 'hec' }, 1)).toThrow('another type')
})

test('nothing else is answered, and a taken port is told with the remedy', async () => {
  await using scope = new AsyncDisposableStack()
  const { get, server } = await stage(scope)
  expect((await get('/')).status).toBe(404)
  expect((await get('/constructor')).status).toBe(404)
  expect((await get('/healthz', 'POST')).status).toBe(405)
  const port = Number(new URL(server.url).port)
  const second = startAdminServer({ host: '127.0.0.1', port }, {})
  await expect(second).rejects.toThrow(ConfigError)
  await expect(second).rejects.toThrow(`service.admin.listen: 127.0.0.1:${port} is in use by another process`)
})

test('whoever holds every connection keeps no probe out', async () => {
  await using scope = new AsyncDisposableStack()
  const { get, server } = await stage(scope)
  const port = Number(new URL(server.url).port)
  const held = await Promise.all(Array.from({ length: CONNECTIONS_MAX }, () => connected(port)))
  for (const socket of held) scope.defer(() => void socket.destroy())
  const oldest = once(held[0]!, 'close')
  expect(await get('/healthz')).toMatchObject({ status: 200 })
  await oldest
  expect(held.filter(({ closed }) => closed)).toHaveLength(1)
})

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').resume()
  await once(socket, 'connect')
  return socket
}
