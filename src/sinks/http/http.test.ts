import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { expectOneRefused, testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { startHttpReceiver } from '../../../test/doubles/http_receiver.ts'
import { mapped } from '../../../test/support/events.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { FileText } from '../../toolkit/settings.ts'
import { httpConfig } from './config.ts'
import { createHttpSink } from './sink.ts'

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000))

async function open(settings: object = {}, authorization = 'Bearer good-token') {
  const receiver = await startHttpReceiver(authorization)
  const config = httpConfig.parse({ url: receiver.url, token: 'good-token', proxy: 'none', ...settings })
  const sink = createHttpSink(config, sinkContext('http'))
  return {
    receiver,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

testSinkStatuses('http', {
  openAt: url => open({ url, compression: 'gzip' }),
  words: { refusal: `invalid character '\\x1f' looking for beginning of value`, success: '' },
})

test('of a batch with one event that is refused the others are delivered', async () => {
  await using stage = await open()
  stage.receiver.refused.add('b')
  await expectOneRefused(stage.sink, 'b')
  expect(stage.receiver.ids()).toEqual(['a', 'c'])
})

testSinkContract('http', async settings => {
  const { receiver, sink, ...rest } = await open(settings)
  return {
    sink,
    secret: 'good-token',
    behave: behaviour => {
      receiver.mode = behaviour
    },
    stored: () => receiver.ids(),
    requests: () => receiver.requests.length,
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
})

test.each([
  ['ndjson', 'none', 'application/x-ndjson', EVENTS.map(({ json }) => `${json}\n`).join('')],
  ['ndjson', 'gzip', 'application/x-ndjson', EVENTS.map(({ json }) => `${json}\n`).join('')],
  ['ndjson', 'zstd', 'application/x-ndjson', EVENTS.map(({ json }) => `${json}\n`).join('')],
  ['json_array', 'none', 'application/json', `[${EVENTS.map(({ json }) => json).join(',')}]`],
  ['json_array', 'gzip', 'application/json', `[${EVENTS.map(({ json }) => json).join(',')}]`],
])('%s, %s: the texts arrive byte for byte (invariant 3)', async (encoding, compression, contentType, body) => {
  await using stage = await open({ encoding, compression, method: 'PUT', headers: { 'x-tenant': 'acme' } })
  await stage.sink.write(EVENTS, never)
  expect(stage.receiver.requests).toMatchObject([
    { method: 'PUT', path: '/ingest', body, headers: { 'content-type': contentType, 'x-tenant': 'acme' } },
  ])
  expect(stage.receiver.ids()).toEqual(['a', 'b', 'c'])
})

test('an event on several lines stays one line; a list of one is a list', async () => {
  await using lines = await open()
  await lines.sink.write([{ ...EVENTS[0]!, json: '{\n"id": "a"\r\n}' }], never)
  expect(lines.receiver.requests[0]!.body).toBe('{ "id": "a"  }\n')
  await using list = await open({ encoding: 'json_array' })
  await list.sink.write(EVENTS.slice(0, 1), never)
  expect(list.receiver.requests[0]!.body).toBe(`[${EVENTS[0]!.json}]`)
})

test.each([200, 201, 202, 204])('%i is a success', async status => {
  await using stage = await open()
  stage.receiver.status = status
  await stage.sink.write(EVENTS, never)
  expect(stage.receiver.ids()).toEqual(['a', 'b', 'c'])
})

test.each([
  [400, BatchRefusedError, 'http.refused'],
  [401, BlockedError, 'http.denied'],
  [403, BlockedError, 'http.denied'],
  [404, BlockedError, 'http.not_found'],
  [408, RetryableError, 'http.busy'],
  [413, BatchRefusedError, 'http.refused'],
  [415, BlockedError, 'http.unexpected'],
  [422, BatchRefusedError, 'http.refused'],
  [425, RetryableError, 'http.busy'],
  [429, RetryableError, 'http.busy'],
  [500, RetryableError, 'http.failed'],
])('%i is a %o', async (status, errorClass, code) => {
  await using stage = await open()
  stage.receiver.status = status
  stage.receiver.text = 'because of good-token'
  const error: unknown = await stage.sink.write(EVENTS, never).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ code, message: expect.stringContaining('because of ***') as string })
})

test('an answer that repeats the query of the url is told without it (invariant 6)', async () => {
  await using receiver = await startHttpReceiver('Bearer good-token')
  await using stage = await open({ url: `${receiver.url}?key=a-secret-key` })
  Object.assign(receiver, { status: 404, text: 'Cannot POST /ingest?key=a-secret-key' })
  await expect(stage.sink.write(EVENTS, never)).rejects.toThrow('Cannot POST /ingest?key=***')
})

test('a login by user and password; a content type of one’s own', async () => {
  const login = { token: undefined, username: 'me', password: 'pass-word' }
  await using stage = await open({ ...login, headers: { 'Content-Type': 'text/plain' } }, `Basic ${btoa('me:pass-word')}`)
  await stage.sink.write(EVENTS, never)
  expect(stage.receiver.requests[0]!.headers['content-type']).toBe('text/plain')
})

test('a wrong token blocks and names where it comes from; a corrected file is told of', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'token')
  writeFileSync(file, 'wrong-token')
  await using stage = await open({ token: new FileText(file) })
  await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({
    name: 'BlockedError',
    message: expect.stringContaining(file) as string,
  })
  const changed = stage.sink.changed!(never)
  writeFileSync(file, 'good-token')
  await changed
  await stage.sink.write(EVENTS, never)
  expect(stage.receiver.ids()).toEqual(['a', 'b', 'c'])
})

test.each([
  ['by HEAD, which it need not know', {}, 405, undefined],
  ['by HEAD, with a wrong login', { token: 'wrong-token' }, 200, 'http.denied'],
  ['by HEAD, while it is ill', {}, 503, 'http.failed'],
  ['by HEAD, at an address that redirects', {}, 308, 'http.redirected'],
  ['by its own path', { health_path: '/health' }, 204, undefined],
  ['by its own path, which is wrong', { health_path: '/health' }, 404, 'http.not_found'],
])('check asks %s', async (_, settings, status, code) => {
  await using stage = await open(settings)
  stage.receiver.healthStatus = status
  const error: unknown = await stage.sink.check(never).then(
    () => undefined,
    (cause: unknown) => cause,
  )
  expect((error as { code?: string } | undefined)?.code).toBe(code)
  expect(stage.receiver.requests).toEqual([])
})

test.each([
  [{ username: 'u' }, 'both username and password'],
  [{ username: 'u', password: 'p', token: 't' }, 'exclude each other'],
  [{ health_path: 'health' }, 'expected a path'],
])('%j is a mistake', (settings, words) => {
  expect(() => httpConfig.parse({ url: 'http://h', ...settings })).toThrow(words)
})
