import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { elasticsearch } from '../../src/sinks/elasticsearch/index.ts'
import { FileText } from '../../src/toolkit/settings.ts'
import { cli } from '../support/cli.ts'
import { idsOf } from '../support/events.ts'
import { temporaryFolder } from '../support/folder.ts'
import { createAuthority } from './certificates.ts'
import { type SearchReader, searchReader } from './search_reading.ts'
import { type SecureOpensearch, startSecureOpensearch } from './secure_opensearch.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startTinyproxy } from './tinyproxy.ts'

const never = new AbortController().signal
let node: SecureOpensearch
let reader: SearchReader

beforeAll(async () => {
  node = await startSecureOpensearch()
  reader = searchReader((method, path, body) => node.asAdmin(method, path, body))
  await reader.call('PUT', '/_index_template/audit', { index_patterns: ['audit-*'], data_stream: {} })
})
afterAll(async () => {
  await node[Symbol.asyncDispose]()
})

const login = ({ user, password }: { user: string; password: string }) => ({ username: user, password })
const at = (index: string, more: object = {}) => ({ urls: [node.url], index, tls: { ca_file: node.ca }, ...login(node.keeper), ...more })

test('rights to write, refresh and search are enough for check, for writing, and for a replay after a rollover', async () => {
  const events = someEvents(50)
  await using opened = await openSink(elasticsearch, at('audit-a'))
  await opened.sink.check(never)
  await opened.sink.write(events, never)
  await reader.call('POST', '/audit-a/_rollover')
  await using again = await openSink(elasticsearch, at('audit-a'))
  await again.sink.check(never)
  await again.sink.write(events, never)
  expect(await reader.ids('audit-a')).toEqual(idsOf(events).toSorted())
})

test('who may write alone is told what is missing, or writes without looking', async () => {
  const shipper = login(node.shipper)
  await using looking = await openSink(elasticsearch, at('audit-b', shipper))
  const lacks = { name: 'BlockedError', code: 'elasticsearch.denied', message: expect.stringContaining('indices:admin/refresh') as string }
  await expect(looking.sink.check(never)).rejects.toMatchObject(lacks)
  await expect(looking.sink.write(someEvents(2), never)).rejects.toMatchObject(lacks)
  await using blind = await openSink(elasticsearch, at('audit-b', { ...shipper, deduplicate: 'never' }))
  await blind.sink.check(never)
  await blind.sink.write(someEvents(2), never)
  expect(await reader.ids('audit-b')).toEqual(['e0', 'e1'])
})

test('an index outside of the role blocks, and is stored nothing', async () => {
  await using opened = await openSink(elasticsearch, at('elsewhere', { deduplicate: 'never' }))
  await expect(opened.sink.write(someEvents(2), never)).rejects.toMatchObject({
    name: 'BlockedError',
    code: 'elasticsearch.denied',
    message: expect.stringContaining('no permissions for [indices:') as string,
  })
})

test.each([
  ['a wrong password', () => ({ password: 'wrong-password' }), 'elasticsearch.denied'],
  ['no login', () => ({ username: undefined, password: undefined }), 'elasticsearch.denied'],
  ['an untrusted authority', () => ({ tls: undefined }), 'elasticsearch.tls'],
  ['another name', () => ({ tls: { ca_file: node.ca, server_name: 'elsewhere' } }), 'elasticsearch.tls'],
] as const)('%s is told by check and by write, and nothing is dropped', async (_, settings, code) => {
  await using opened = await openSink(elasticsearch, at('audit-a', settings()))
  await expect(opened.sink.check(never)).rejects.toMatchObject({ name: 'BlockedError', code })
  const error: unknown = await opened.sink.write(someEvents(1), never).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ name: 'BlockedError', code })
  expect(String(error)).not.toContain('wrong-password')
})

test('a corrected password is taken without a restart', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'password')
  writeFileSync(file, 'wrong')
  await using opened = await openSink(elasticsearch, at('audit-c', { password: new FileText(file) }))
  const writing = ship(opened.sink, someEvents(3), { batchEvents: 3 })
  await expect(opened.sink.check(never)).rejects.toMatchObject({ code: 'elasticsearch.denied' })
  writeFileSync(file, node.keeper.password)
  await writing
  expect(await reader.ids('audit-c')).toEqual(['e0', 'e1', 'e2'])
})

test('through a forward proxy with a login, TLS all the way; a wrong login is the proxy’s refusal', async () => {
  await using proxy = await startTinyproxy({ login: { user: 'puser', password: 'ppass' } })
  const via = (who: string) => at('audit-d', { proxy: proxy.url.replace('//', `//${who}@`) })
  await using opened = await openSink(elasticsearch, via('puser:ppass'))
  await opened.sink.write(someEvents(3), never)
  expect(await reader.ids('audit-d')).toEqual(['e0', 'e1', 'e2'])
  expect(proxy.output).toContain(`CONNECT ${new URL(node.url).host}`)
  await using wrong = await openSink(elasticsearch, via('puser:wrong'))
  await expect(wrong.sink.write(someEvents(1), never)).rejects.toMatchObject({ name: 'BlockedError', code: 'elasticsearch.proxy' })
})

test('a certificate of another authority is no login', async () => {
  using folder = temporaryFolder()
  const { cert, key } = createAuthority(folder.path).issue('stranger')
  await using opened = await openSink(
    elasticsearch,
    at('audit-a', { username: undefined, password: undefined, tls: { ca_file: node.ca, cert_file: cert, key_file: key } }),
  )
  await expect(opened.sink.write(someEvents(1), never)).rejects.toMatchObject({ name: 'BlockedError' })
})

test('the administrator installs the template over TLS; who may write alone is refused that', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'tailrace.yaml')
  const configOf = (who: object) =>
    writeFileSync(
      file,
      JSON.stringify({
        sources: { acme: { type: 'openai_audit', api_key: 'k' } },
        sinks: { search: { type: 'elasticsearch', ...at('audit-installed', who) } },
      }),
    )
  configOf(login(node.keeper))
  expect(await cli(['assets', 'elasticsearch', '-c', file])).toMatchObject({ code: 69, err: expect.stringContaining('403') as string })
  configOf(login(node.admin))
  expect(await cli(['assets', 'elasticsearch', '-c', file])).toMatchObject({
    code: 0,
    err: expect.stringContaining('for audit-installed installed') as string,
  })
  const env = { ELASTIC_USERNAME: node.admin.user, ELASTIC_PASSWORD: node.admin.password }
  expect(await cli(['assets', 'elasticsearch', '--url', node.url, '--ca-file', node.ca], { env })).toMatchObject({ code: 0 })
})
