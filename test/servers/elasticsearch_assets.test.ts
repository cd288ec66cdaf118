import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../../src/core/json.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { elasticsearch } from '../../src/sinks/elasticsearch/index.ts'
import { cli } from '../support/cli.ts'
import { mapped } from '../support/events.ts'
import { dashboardAsks, ecsDocuments, ecsFields } from '../support/search_assets.ts'
import { type SearchNode, startElasticsearch, startOpensearch } from './search_node.ts'
import { plainReader, type SearchReader } from './search_reading.ts'
import { openSink } from './shipping.ts'

const never = new AbortController().signal
const NAME = 'logs-openai.audit-default'

const eventOf = (document: JsonObject, id: string): MappedEvent => ({ ...mapped(id), document, json: JSON.stringify(document) })
const documents = ecsDocuments()
const ORIGINAL = JSON.stringify({ noise: 'x'.repeat(100_000) })

/** As a flat object, by dotted names. */
type Mappings = Readonly<Record<string, { mappings: JsonObject }>>
interface Buckets {
  readonly aggregations: { readonly asked: { readonly buckets: readonly unknown[] } }
  readonly hits: { readonly total: { readonly value: number } }
}

describe.each([
  ['OpenSearch', startOpensearch, [], 'no index state management'],
  ['Elasticsearch', startElasticsearch, ['--plain'], ''],
] as const)('%s', (product, start, options, said) => {
  let node: SearchNode
  let reader: SearchReader
  const install = () => cli(['assets', 'elasticsearch', '--url', node.url, ...options])

  beforeAll(async () => {
    node = await start()
    reader = plainReader(node.url)
  })
  afterAll(async () => {
    await node[Symbol.asyncDispose]()
  })

  test('takes the template; an event of every type is stored with the types it should have, and adds no field', async () => {
    expect(await install()).toMatchObject({ code: 0, err: expect.stringContaining(said) as string })
    const events = documents.map((document, index) =>
      eventOf({ ...document, event: { ...(document.event as JsonObject), original: ORIGINAL } }, `e${index}`),
    )
    await using opened = await openSink(elasticsearch, { urls: [node.url] })
    expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
    const stored = await reader.sources(NAME)
    for (const { event, document } of events) expect(stored.get(event.id)).toEqual(document)

    const indices = Object.entries((await reader.call('GET', `/${NAME}/_mapping`)) as Mappings)
    const template = (await reader.call('GET', '/_index_template/tailrace-openai-audit')) as {
      index_templates: [{ index_template: { template: { mappings: JsonObject } } }]
    }
    const wanted = template.index_templates[0].index_template.template.mappings
    for (const [name, { mappings }] of indices) {
      expect(name.startsWith('.ds-')).toBe(product === 'OpenSearch')
      expect(mappings.properties).toEqual(wanted.properties)
    }
    type Caps = { fields: Record<string, Record<string, { searchable: boolean; aggregatable: boolean }>> }
    const { fields } = (await reader.call('GET', `/${NAME}/_field_caps?fields=*`)) as Caps
    expect(fields).toMatchObject({
      '@timestamp': { date: { searchable: true, aggregatable: true } },
      'source.ip': { ip: {} },
      'source.geo.location': { geo_point: {} },
      'event.severity': { long: {} },
      'event.original': { keyword: { searchable: false, aggregatable: false } },
      // Elasticsearch tells the family of a type.
      message: { [product === 'OpenSearch' ? 'match_only_text' : 'text']: { searchable: true } },
    })
  })

  test('unknown fields that change their shape, and payloads of any, are taken', async () => {
    const base = documents[0]!
    const audit = (base.openai as { audit: JsonObject }).audit
    const shapes = [1, 'text', { a: 1 }, { a: { b: 'x' } }, [1, 'a', { b: [] }], true, null, 1.5e300, '2026-01-01', '10.0.0.1']
    const events = shapes.flatMap((shape, index) => [
      eventOf(
        { ...base, openai: { audit: { ...audit, new_field: shape, details: { any: shape, 'dotted.name': shape } } } },
        `shape${index}`,
      ),
      eventOf({ ...base, source: { ip: 'nowhere', geo: { location: { lat: 999, lon: 0 } }, as: { number: 'many' } } }, `odd${index}`),
    ])
    await using opened = await openSink(elasticsearch, { urls: [node.url] })
    expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
    const found = (await reader
      .call('POST', `/${NAME}/_refresh`)
      .then(() => reader.call('POST', `/${NAME}/_search`, { query: { term: { 'openai.audit.details.any': 'text' } } }))) as Buckets
    expect(found.hits.total.value).toBe(1)
  })

  test('every panel of the dashboard has something to show', async () => {
    const asks = dashboardAsks().filter(({ object: { type } }) => type === 'visualization' || type === 'search')
    for (const { object, fields, query } of asks) {
      // KQL and Lucene differ, for these, in the words between terms and in comparisons.
      const lucene = query
        .replace(/ (and|or) /g, word => word.toUpperCase())
        .replace('>= ', ':>=')
        .replace(' :', ':')
      const [counted] = fields.filter(field => field !== '@timestamp')
      const answer = (await reader.call('POST', `/${NAME}/_search`, {
        size: 0,
        query: { query_string: { query: lucene === '' ? '*' : lucene } },
        ...(counted !== undefined && { aggs: { asked: { terms: { field: counted } } } }),
      })) as Buckets
      expect(answer.hits.total.value, `${object.id}: ${lucene}`).toBeGreaterThan(0)
      if (counted !== undefined) expect(answer.aggregations.asked.buckets.length, object.id).toBeGreaterThan(0)
    }
  })

  test('installed again, it says what is there', async () => {
    const { code, err } = await install()
    expect(code).toBe(0)
    expect(err).toContain(product === 'OpenSearch' ? `POST /${NAME}/_rollover` : 'keeps the mapping it has')
    expect(ecsFields().size).toBeGreaterThan(50)
  })
})

test('Elasticsearch without data streams says so', async () => {
  await using node = await startElasticsearch()
  expect(await cli(['assets', 'elasticsearch', '--url', node.url])).toMatchObject({
    code: 69,
    err: expect.stringContaining('data_stream') as string,
  })
})
