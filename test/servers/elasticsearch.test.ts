import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEcsMapper } from '../../src/mappers/ecs/index.ts'
import { elasticsearch } from '../../src/sinks/elasticsearch/index.ts'
import { systemClock } from '../../src/toolkit/clock.ts'
import { idsOf, mapped } from '../support/events.ts'
import { type SearchNode, startElasticsearch, startOpensearch } from './search_node.ts'
import { plainReader, type SearchReader } from './search_reading.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startTinyproxy } from './tinyproxy.ts'
import { startToxiproxy } from './toxiproxy.ts'

const never = new AbortController().signal
const toEcs = createEcsMapper({ clock: systemClock })

/** A name that rolls over: a data stream where there are some, an alias elsewhere. */
async function createTarget(reader: SearchReader, name: string, product: string): Promise<void> {
  const mappings = { properties: { effective_at: { type: 'double' } } }
  if (product === 'OpenSearch') {
    const template = { index_patterns: [name], data_stream: {}, template: { mappings } }
    return void (await reader.call('PUT', `/_index_template/${name}`, template))
  }
  await reader.call('PUT', `/${name}-000001`, { mappings, aliases: { [name]: { is_write_index: true } } })
}

describe.each([
  ['OpenSearch', startOpensearch],
  ['Elasticsearch', startElasticsearch],
] as const)('%s', (product, start) => {
  let node: SearchNode
  let reader: SearchReader
  beforeAll(async () => {
    node = await start()
    reader = plainReader(node.url)
  })
  afterAll(async () => {
    await node[Symbol.asyncDispose]()
  })

  test.each(['gzip', 'none'] as const)('every event stands there with all its fields, with compression %s', async compression => {
    const name = `arrives-${compression}`
    await createTarget(reader, name, product)
    const events = someEvents(500).map(({ event }) => toEcs(event))
    await using opened = await openSink(elasticsearch, { urls: [node.url], index: name, compression })
    await opened.sink.check(never)
    expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
    const stored = await reader.sources(name)
    expect(stored.size).toBe(500)
    for (const { event, document } of events) expect(stored.get(event.id)).toEqual(document)
  })

  test('a replay after a rollover stores nothing twice, whatever was not refreshed before', async () => {
    await createTarget(reader, 'rolls', product)
    await reader.call('PUT', '/_all/_settings', { index: { refresh_interval: '-1' } })
    const events = someEvents(3000)
    {
      await using first = await openSink(elasticsearch, { urls: [node.url], index: 'rolls', deduplicate: 'replays' })
      await ship(first.sink, events.slice(0, 2000), { batchEvents: 700 })
    }
    await reader.call('POST', '/rolls/_rollover')
    await using second = await openSink(elasticsearch, { urls: [node.url], index: 'rolls' })
    await ship(second.sink, events, {
      batchEvents: 1500,
      before: async batch => void (batch === 1 && (await reader.call('POST', '/rolls/_rollover'))),
    })
    expect(await reader.ids('rolls')).toEqual(idsOf(events).toSorted())
    // What the default prevents: without looking, the same happens as it does to everybody else.
    await using blind = await openSink(elasticsearch, { urls: [node.url], index: 'rolls', deduplicate: 'never' })
    await reader.call('POST', '/rolls/_rollover')
    await blind.sink.write(events.slice(0, 10), never)
    expect((await reader.ids('rolls')).length).toBe(3010)
  })

  test('a replay into a node that is just coming back, and rolls over, stores nothing twice', async () => {
    await createTarget(reader, 'returns', product)
    const events = someEvents(20_000, 'returns')
    for (let round = 1; round <= 2; round++) {
      await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'returns' })
      // The sink keeps at it while the node is away, so that it comes with the first shard that answers.
      const shipped = ship(opened.sink, events, {
        batchEvents: 1000,
        before: batch => (batch === 10 ? void node.kill().then(() => node.start()) : undefined),
      })
      await expect
        .poll(
          () =>
            reader.call('POST', '/returns/_rollover').then(
              () => node.isRunning,
              () => false,
            ),
          { timeout: 60_000 },
        )
        .toBe(true)
      await shipped
    }
    expect(await reader.ids('returns')).toEqual(idsOf(events).toSorted())
  })

  test('a document that does not fit the mapping is a dead letter with the reason; the others are stored', async () => {
    await createTarget(reader, 'conflict', product)
    const wrong = { ...mapped('wrong'), json: '{"effective_at":"yesterday"}', document: {} }
    await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'conflict' })
    const { rejected } = await ship(opened.sink, [...someEvents(20), wrong, ...someEvents(20, 'f')], { batchEvents: 50 })
    expect(rejected).toEqual([
      { event: wrong, reason: expect.stringMatching(/^400: mapper_parsing_exception: failed to parse field \[effective_at\]/) },
    ])
    expect((await reader.ids('conflict')).length).toBe(40)
  })

  test('a blocked index, a pipeline that is not there: nothing is dropped, and it goes on when that is mended', async () => {
    await reader.call('PUT', '/blocked', { settings: { index: { 'blocks.write': true } } })
    await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'blocked' })
    await expect(opened.sink.write(someEvents(2), never)).rejects.toMatchObject({ name: 'BlockedError', code: 'elasticsearch.target' })
    await reader.call('PUT', '/blocked/_settings', { index: { 'blocks.write': false } })
    await opened.sink.write(someEvents(2), never)
    expect(await reader.ids('blocked')).toEqual(['e0', 'e1'])
    await using piped = await openSink(elasticsearch, { urls: [node.url], index: 'blocked', pipeline: 'nowhere' })
    await expect(piped.sink.write(someEvents(2, 'piped'), never)).rejects.toMatchObject({
      name: 'BlockedError',
      message: expect.stringContaining('nowhere') as string,
    })
  })

  test('faults on the way, a node killed, one of two ways down: all is there, once', async () => {
    await createTarget(reader, 'faults', product)
    await using toxiproxy = await startToxiproxy()
    const links = [await toxiproxy.link(new URL(node.url).host), await toxiproxy.link(new URL(node.url).host)] as const
    await using opened = await openSink(elasticsearch, {
      urls: links.map(({ address }) => `http://${address}`),
      index: 'faults',
      request_timeout: '2s',
    })
    const events = someEvents(10_000)
    const { rejected, retries } = await ship(opened.sink, events, {
      batchEvents: 500,
      async before(batch) {
        if (batch === 3) for (const link of links) await link.add({ type: 'limit_data', attributes: { bytes: 20 } })
        if (batch === 3) setTimeout(() => void Promise.all(links.map(link => link.heal())), 400)
        if (batch === 6) await links[0].down()
        if (batch === 8) await links[0].up()
        if (batch === 10) await reader.call('POST', '/faults/_rollover')
        if (batch === 11) await links[1].add({ type: 'reset_peer', attributes: { timeout: 0 } })
        if (batch === 12) await links[1].heal()
        if (batch === 14) await node.kill()
        if (batch === 14) await node.start()
      },
    })
    expect(rejected).toEqual([])
    expect(retries.length).toBeGreaterThan(0)
    await expect.poll(() => reader.ids('faults').catch(() => []), { timeout: 30_000 }).toEqual(idsOf(events).toSorted())
  })

  test('check says that there is no template, and passes when there is something to write to', async () => {
    await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'nowhere-yet' })
    await expect(opened.sink.check(never)).rejects.toMatchObject({
      code: 'elasticsearch.target',
      message: expect.stringContaining('nowhere-yet') as string,
    })
    await createTarget(reader, 'nowhere-yet', product)
    await opened.sink.check(never)
    expect(await reader.count('nowhere-yet*')).toBe(0)
  })

  test('through a forward proxy with a login', async () => {
    await using proxy = await startTinyproxy({ login: { user: 'puser', password: 'ppass' } })
    const at = (login: string) => ({ urls: [node.url], index: 'proxied', proxy: proxy.url.replace('//', `//${login}@`) })
    await using opened = await openSink(elasticsearch, at('puser:ppass'))
    await opened.sink.write(someEvents(3), never)
    expect(await reader.ids('proxied')).toEqual(['e0', 'e1', 'e2'])
    expect(proxy.output).toContain(new URL(node.url).host)
    await using wrong = await openSink(elasticsearch, at('puser:wrong'))
    await expect(wrong.sink.write(someEvents(1), never)).rejects.toMatchObject({ name: 'BlockedError' })
  })
})

test('a request over the limit of the node is halved; what is too large alone is a dead letter', async () => {
  await using node = await startOpensearch({ settings: { 'http.max_content_length': '1mb' } })
  const reader = plainReader(node.url)
  const large = { ...mapped('large'), json: JSON.stringify({ noise: 'x'.repeat(2_000_000) }), document: {} }
  const events = [...someEvents(200), large, ...someEvents(200, 'f')]
  await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'halved' })
  const { rejected } = await ship(opened.sink, events, { batchEvents: 500 })
  expect(rejected).toEqual([{ event: large, reason: expect.stringContaining('http.max_content_length') }])
  expect((await reader.ids('halved')).length).toBe(400)
})

test('a node short of memory is tried again', async () => {
  await using node = await startOpensearch({ settings: { 'indexing_pressure.memory.limit': '20kb' } })
  await using opened = await openSink(elasticsearch, { urls: [node.url], index: 'busy' })
  await expect(opened.sink.write(someEvents(400), never)).rejects.toMatchObject({ name: 'RetryableError', code: 'elasticsearch.busy' })
})
