import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cli } from '../../test/support/cli.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { dashboardAsks, ecsFields, mappedTypes } from '../../test/support/search_assets.ts'
import { isJsonObject, type JsonObject } from '../core/json.ts'
import { adapted } from './elasticsearch_assets.ts'

const ASSETS = join(import.meta.dirname, '../../assets/elasticsearch')
const template = (product: string) => JSON.parse(readFileSync(join(ASSETS, product, 'index_template.json'), 'utf8')) as JsonObject

describe.each(['elasticsearch', 'opensearch'])('the template for %s', product => {
  const types = mappedTypes(template(product))

  test('has every field that the mapper writes, and no other', () => {
    const written = ecsFields()
    expect([...written].filter(field => !types.has(field))).toEqual([])
    // Not in the samples: an option switches them on, or the payload has a name.
    expect([...types.keys()].filter(field => !written.has(field))).toEqual([
      'event.original',
      'user.target.name',
      'threat.framework',
      'threat.technique.id',
      'threat.technique.subtechnique.id',
    ])
  })

  test('takes what is received without indexing it, and payloads of any shape', () => {
    expect(types.get('event.original')).toEqual({ type: 'keyword', index: false, doc_values: false })
    expect(types.get('openai.audit.details')?.type).toMatch(/^flat/)
  })

  test('adapts to the index and to what the cluster has', () => {
    const all = template(product)
    const data = adapted(all, { pattern: 'audit-*', plain: false, hasLifecycle: product === 'elasticsearch' })
    expect(data).toEqual({ ...all, index_patterns: ['audit-*'] })
    const plain = adapted(all, { pattern: 'audit-*', plain: true, hasLifecycle: false })
    expect(plain).not.toHaveProperty('data_stream')
    expect(JSON.stringify(plain)).not.toContain('"lifecycle"')
  })
})

describe('the dashboard', () => {
  const asks = dashboardAsks()

  test('asks for fields that the mapper writes and that can be counted', () => {
    const types = mappedTypes(template('opensearch'))
    expect(asks.length).toBeGreaterThan(10)
    for (const { fields, queried } of asks) {
      for (const field of [...fields, ...queried]) expect(ecsFields().has(field), field).toBe(true)
      for (const field of fields.filter(name => name !== 'message'))
        expect(['keyword', 'date', 'ip', 'long']).toContain(types.get(field)?.type)
    }
  })

  test('names no object that is not in the file', () => {
    const objects = asks.map(({ object }) => object)
    const ids = new Set(objects.map(({ type, id }) => `${type}:${id}`))
    const named = objects.flatMap(({ references }) => references.map(({ type, id }) => `${type}:${id}`))
    expect(named.filter(name => !ids.has(name))).toEqual([])
    expect(ids.size).toBe(objects.length)
  })
})

interface Seen {
  readonly call: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A cluster and its dashboards in one; answers by method and path, and with 200 to everything else. */
async function startCluster(answers: Readonly<Record<string, [number, object]>> = {}) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const call = `${request.method} ${request.url}`
    seen.push({ call, headers: request.headers, body: Buffer.concat(pieces).toString() })
    const [status, body] = answers[call] ?? [200, {}]
    response.writeHead(status).end(JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const OPENSEARCH = { version: { number: '2.19.4', distribution: 'opensearch' } }
const ENV = { ELASTIC_USERNAME: 'admin', ELASTIC_PASSWORD: 'admin-secret' }
const IMPORT = 'POST /api/saved_objects/_import?overwrite=true'

describe('installing', () => {
  test('puts lifecycle, template and dashboard, with the login', async () => {
    await using cluster = await startCluster({
      'GET /': [200, OPENSEARCH],
      [IMPORT]: [200, { success: true, successCount: 14 }],
      'GET /_resolve/index/logs-openai.audit-*': [
        200,
        { indices: [{ name: 'logs-openai.audit-old' }], data_streams: [{ name: 'logs-openai.audit-default' }] },
      ],
    })
    const { code, err } = await cli(['assets', 'elasticsearch', '--url', cluster.url, '--dashboards', cluster.url], { env: ENV })
    expect(code).toBe(0)
    for (const words of [
      'lifecycle',
      'index template',
      '14 saved objects',
      'logs-openai.audit-old is there already and is no data stream',
      '/logs-openai.audit-default/_rollover',
    ])
      expect(err).toContain(words)
    expect(cluster.seen.map(({ call }) => call)).toEqual([
      'GET /',
      'PUT /_plugins/_ism/policies/tailrace-openai-audit',
      'PUT /_index_template/tailrace-openai-audit',
      'GET /_resolve/index/logs-openai.audit-*',
      IMPORT,
    ])
    for (const { headers } of cluster.seen) expect(headers.authorization).toBe(`Basic ${btoa('admin:admin-secret')}`)
    const { headers, body } = cluster.seen.at(-1)!
    expect(headers).toMatchObject({
      'kbn-xsrf': 'true',
      'osd-xsrf': 'true',
      'content-type': expect.stringContaining('multipart/form-data') as string,
    })
    expect(body).toContain(readFileSync(join(ASSETS, 'dashboard.ndjson'), 'utf8'))
  })

  test('takes the cluster and the index from the configuration', async () => {
    await using cluster = await startCluster({ 'GET /': [200, OPENSEARCH], [IMPORT]: [200, { success: true }] })
    const sink = { type: 'elasticsearch', urls: [cluster.url], index: 'audit-{source}', username: 'u', password: 'p' }
    const config = { sources: { acme: { type: 'openai_audit', api_key: 'k' } }, sinks: { search: sink } }
    using folder = temporaryFolder()
    const file = join(folder.path, 'tailrace.yaml')
    writeFileSync(file, JSON.stringify(config))
    expect(await cli(['assets', 'elasticsearch', '-c', file, '--plain', '--dashboards', cluster.url])).toMatchObject({ code: 0 })
    expect(await cli(['assets', 'elasticsearch', '-c', file, '--sink', 'other'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('"other"') as string,
    })
    const put = cluster.seen.find(({ call }) => call.startsWith('PUT'))!
    expect(JSON.parse(put.body)).toMatchObject({ index_patterns: ['audit-*'] })
    expect(JSON.parse(put.body)).not.toHaveProperty('data_stream')
    expect(cluster.seen.at(-1)!.body).toContain('"title":"audit-*"')
  })

  test.each([
    ['a wrong login', { 'GET /': [401, {}] }, 69, 'ELASTIC'],
    ['something else', { 'GET /': [200, { hello: 'world' }] }, 69, 'neither Elasticsearch nor OpenSearch'],
    [
      'a refused template',
      {
        'GET /': [200, OPENSEARCH],
        'PUT /_index_template/tailrace-openai-audit': [400, { error: { type: 'x', reason: 'no data streams' } }],
      },
      69,
      'no data streams',
    ],
    ['a refused dashboard', { 'GET /': [200, OPENSEARCH], [IMPORT]: [200, { success: false, errors: ['older'] }] }, 69, 'older'],
  ] as const)('%s is told', async (_, answers, code, words) => {
    await using cluster = await startCluster(answers as unknown as Record<string, [number, object]>)
    const result = await cli(['assets', 'elasticsearch', '--url', cluster.url, '--dashboards', cluster.url], { env: ENV })
    expect(result.code).toBe(code)
    if (words !== 'ELASTIC') expect(result.err).toContain(words)
    expect(result.err).not.toContain('admin-secret')
  })

  test('what is not there, or refuses the whole, is told without a promise to go on', async () => {
    await using cluster = await startCluster({ 'GET /': [200, OPENSEARCH], [IMPORT]: [413, {}] })
    const { code, err } = await cli(['assets', 'elasticsearch', '--url', cluster.url, '--dashboards', cluster.url], { env: ENV })
    expect([code, err]).toEqual([69, expect.stringContaining('answered 413')])
    const nowhere = await cli(['assets', 'elasticsearch', '--url', 'http://127.0.0.1:1'], { env: ENV })
    expect(nowhere).toMatchObject({
      code: 69,
      err: expect.stringMatching(/ECONNREFUSED.*\. Look at the address, the network and the host\.\n$/) as string,
    })
  })

  test.each([
    [['--sink', 'x'], '--sink is for -c'],
    [['--sink', 'x', '--url', 'http://c'], '--sink is for -c'],
    [['-c', 'none.yaml', '--url', 'http://c'], '-c and --url'],
    [['-c', 'none.yaml', '--ca-file', 'ca.pem'], '--ca-file is for --url'],
    [['--ca-file', 'ca.pem'], '--ca-file is for --url'],
    [['--plain'], '--plain is for an installation'],
    [['--dashboards', 'http://c'], '--dashboards is for an installation'],
  ])('%j would have no effect', async (args, why) => {
    expect(await cli(['assets', 'elasticsearch', ...args])).toMatchObject({
      code: 64,
      out: '',
      err: expect.stringContaining(why) as string,
    })
  })

  test('a cluster without lifecycles is told, and gets its template without one', async () => {
    await using cluster = await startCluster({
      'GET /': [200, { version: { number: '8.0.0' } }],
      'PUT /_ilm/policy/tailrace-openai-audit': [400, { error: 'no handler found for uri' }],
    })
    const { code, err } = await cli(['assets', 'elasticsearch', '--url', cluster.url], { env: { ELASTIC_API_KEY: 'a:b' } })
    expect([code, err]).toEqual([0, expect.stringContaining('no lifecycle: this cluster has no index lifecycle management')])
    const put = cluster.seen.find(({ call }) => call.includes('_index_template'))!
    const { template: inner } = JSON.parse(put.body) as { template: JsonObject }
    expect(isJsonObject(inner.settings) && inner.settings.index).not.toHaveProperty('lifecycle')
  })
})
