import { expect, test } from 'vitest'
import { BlockedError } from '../../core/errors.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { checkHost } from './check.ts'
import { indexTemplate } from './index_name.ts'

const answer = (status: number, body: unknown, headers = {}): HttpAnswer => {
  const text = JSON.stringify(body)
  return { status, headers, text, detail: text, shown: part => part, bytes: Buffer.alloc(0) }
}
const ELASTIC = { 'x-elastic-product': 'Elasticsearch' }
const ROOT = answer(200, { version: { number: '8.15.0' } }, ELASTIC)

const NOTHING = { indices: [], aliases: [], data_streams: [] }
const EXISTS = answer(200, { ...NOTHING, data_streams: [{ name: 'logs' }] })

interface Stage {
  readonly root?: HttpAnswer
  readonly privileges?: HttpAnswer
  readonly looks?: boolean
  readonly index?: string
  readonly resolved?: HttpAnswer
  readonly simulated?: HttpAnswer
}

async function check({
  root = ROOT,
  privileges = answer(200, { has_all_requested: true }),
  looks = true,
  index = 'logs',
  resolved = EXISTS,
  simulated = answer(403, {}),
}: Stage) {
  const asked: string[] = []
  await checkHost({
    request: async (path, body) => {
      asked.push(body === undefined ? path : `${path} ${body}`)
      if (path.startsWith('/_resolve')) return resolved
      if (path.includes('_simulate')) return simulated
      return path === '/' ? root : privileges
    },
    errorOf: ({ status }, path) => new BlockedError('elasticsearch.denied', `${path} ${status}`),
    asking: async path => {
      asked.push(path.split('?')[0]!)
      return '{"timed_out":false,"_shards":{"total":1,"successful":1,"failed":0}}'
    },
    template: indexTemplate(index),
    looks,
    login: 'The API key comes from the file /key',
  })
  return asked
}

test('asks for what writing and looking need', async () => {
  expect(await check({})).toEqual([
    '/',
    '/_security/user/_has_privileges {"index":[{"names":["logs"],"privileges":["create_doc","read","maintenance"]}]}',
    '/_resolve/index/logs',
    '/logs/_search',
    '/logs/_refresh',
    '/logs/_search',
  ])
  expect(await check({ looks: false, index: 'audit-{source}' })).toEqual([
    '/',
    '/_security/user/_has_privileges {"index":[{"names":["audit-*"],"privileges":["create_doc"]}]}',
  ])
})

test('names that are filled in are not looked into: they would be everybody’s', async () => {
  expect((await check({ index: 'audit-{source}' })).slice(2)).toEqual([])
})

test('privileges that are missing are named', async () => {
  const has = { has_all_requested: false, index: { logs: { create_doc: true, read: false, maintenance: false } } }
  await expect(check({ privileges: answer(200, has) })).rejects.toThrow(/lacks on logs the privileges read, maintenance: .* the file \/key/)
})

test.each([
  ['security that is switched off', { privileges: answer(400, {}) }],
  ['a user who is not told the version', { root: answer(403, {}, ELASTIC) }],
  [
    'OpenSearch, which has no such question',
    { root: answer(200, { version: { distribution: 'opensearch' } }), privileges: answer(401, {}) },
  ],
])('%s passes', async (_, stage) => {
  await check(stage)
})

test.each([
  ['a wrong login', { root: answer(401, {}) }, '/ 401'],
  ['a login that is refused at the second question', { privileges: answer(401, {}) }, '_has_privileges 401'],
  ['another server', { root: answer(200, { hello: 1 }) }, 'neither Elasticsearch nor OpenSearch'],
])('%s fails', async (_, stage, words) => {
  await expect(check(stage)).rejects.toThrow(words)
})

const UNMAPPED = answer(200, {})
const MAPPED = answer(200, { template: { mappings: { properties: {} } } })

test.each([
  ['no name and no template', { resolved: answer(404, {}), simulated: UNMAPPED }, true],
  ['no name, told otherwise', { resolved: answer(200, NOTHING), simulated: UNMAPPED }, true],
  ['no name and a template', { resolved: answer(404, {}), simulated: MAPPED }, false],
  ['no name, and nobody who may ask for templates', { resolved: answer(404, {}) }, false],
  ['nobody who may ask for names', { resolved: answer(403, {}), simulated: UNMAPPED }, false],
  ['names that are filled in', { resolved: answer(404, {}), simulated: UNMAPPED, index: 'audit-{day}' }, false],
])('%s', async (_, stage, missing) => {
  if (missing) await expect(check(stage)).rejects.toThrow('tailrace assets elasticsearch')
  else await check(stage)
})
