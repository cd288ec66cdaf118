import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import { get as getSecurely, type RequestOptions } from 'node:https'
import { describe, expect, test } from 'vitest'
import { startKafka } from './kafka.ts'
import { startOtelcol } from './otelcol.ts'
import { startElasticsearch, startOpensearch } from './search_node.ts'
import { startSecureOpensearch } from './secure_opensearch.ts'
import { startTinyproxy } from './tinyproxy.ts'
import { startToxiproxy } from './toxiproxy.ts'
import { startVersitygw } from './versitygw.ts'

describe.each([
  ['OpenSearch', '2.19.4', startOpensearch],
  ['Elasticsearch', '7.17.29', startElasticsearch],
] as const)('%s', (_, version, start) => {
  test('keeps what it acknowledged over a kill', async () => {
    await using server = await start()
    const info = (await (await fetch(server.url)).json()) as { version: { number: string } }
    expect(info.version.number).toBe(version)
    await fetch(`${server.url}/audit/_doc/e1`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"id":"e1"}' })
    await server.kill()
    await expect(fetch(server.url)).rejects.toThrow()
    await server.start()
    await expect.poll(async () => (await fetch(`${server.url}/audit/_doc/e1`)).status, { timeout: 20_000 }).toBe(200)
  })
})

/** The status of the answer to a GET, over a connection of its own. */
function statusOf(url: string, options: RequestOptions = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const ask = url.startsWith('https:') ? getSecurely : get
    ask(url, { ...options, agent: false }, answer => resolve(answer.resume().statusCode)).once('error', reject)
  })
}

test('the secured OpenSearch lets its shipper write, and read nothing', async () => {
  await using server = await startSecureOpensearch()
  const ask = (path: string, password: string) =>
    statusOf(`${server.url}${path}`, { ca: readFileSync(server.ca), auth: `${server.shipper.user}:${password}` })
  expect(await ask('/_cluster/health', server.shipper.password)).toBe(200)
  expect(await ask('/_cluster/health', 'wrong')).toBe(401)
  expect(await ask('/audit-a/_search', server.shipper.password)).toBe(403)
  expect(server.asAdmin('PUT', '/audit-a')).toMatchObject({ acknowledged: true })
})

test.each([false, true])('versitygw answers, with TLS: %s', async tls => {
  await using server = await startVersitygw({ tls })
  expect(await statusOf(server.url, server.ca === undefined ? {} : { ca: readFileSync(server.ca) })).toBe(403)
})

test('toxiproxy spoils a link and heals it; tinyproxy asks for a login', async () => {
  await using upstream = await startTinyproxy({ login: { user: 'puser', password: 'ppass' } })
  await using toxiproxy = await startToxiproxy()
  const link = await toxiproxy.link(new URL(upstream.url).host)
  const status = () => statusOf(`http://${link.address}`, { path: 'http://127.0.0.1:9/' })
  expect(await status()).toBe(407)
  await link.down()
  await expect(status()).rejects.toThrow()
  await link.up()
  expect(await status()).toBe(407)
  await link.add({ type: 'limit_data', attributes: { bytes: 5 } })
  await expect(status()).rejects.toThrow()
  await link.heal()
  expect(await status()).toBe(407)
})

test.each([1, 3] as const)('a topic of Kafka with %i nodes keeps its messages over a restart', async nodes => {
  await using cluster = await startKafka({ nodes })
  cluster.tool('org.apache.kafka.tools.TopicCommand', '--create', '--topic', 'audit', '--partitions', '2')
  await cluster.brokers[0]!.restart()
  expect(cluster.tool('org.apache.kafka.tools.GetOffsetShell', '--topic', 'audit')).toBe('audit:0:0\naudit:1:0\n')
})

test('the Collector writes down what it takes, also over a restart, and refuses where it shall', async () => {
  await using collector = await startOtelcol()
  const post = (url: string) =>
    fetch(`${url}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hello"}}]}]}]}',
    })
  expect((await post(collector.url)).status).toBe(200)
  await collector.restart()
  expect((await post(collector.url)).status).toBe(200)
  await expect.poll(() => collector.records().map(({ body }) => body)).toEqual([{ stringValue: 'hello' }, { stringValue: 'hello' }])
  await expect.poll(async () => (await post(collector.refusingUrl)).status).toBe(503)
  expect(await statusOf(collector.secureUrl, { ca: readFileSync(collector.ca) })).toBe(401)
  await expect(statusOf(collector.mutualUrl, { ca: readFileSync(collector.ca) })).rejects.toThrow()
  const { cert, key } = collector.client
  expect(await statusOf(collector.mutualUrl, { ca: readFileSync(collector.ca), cert: readFileSync(cert), key: readFileSync(key) })).toBe(
    404,
  )
})
