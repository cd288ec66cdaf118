import { randomBytes } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ClientRequest } from 'node:http'
import { expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { startOtlpDouble } from '../../../test/doubles/otlp.ts'
import { bytesOf, serve } from '../../../test/doubles/requests.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { otlp } from './index.ts'

const SECRET = 't0ken-of-otlp'
const never = new AbortController().signal

async function open(settings: Readonly<Record<string, unknown>> = {}) {
  const double = await startOtlpDouble()
  const config = otlp.config.parse({ url: double.url, token: SECRET, proxy: 'none', ...settings })
  const sink = await otlp.create(config, sinkContext('test'))
  return {
    double,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await double[Symbol.asyncDispose]()
    },
  }
}

testSinkStatuses('otlp', { openAt: url => open({ url }), words: { refusal: '{"code":3,"message":"invalid character"}', success: '{}' } })

testSinkContract('otlp', async settings => {
  const { double, sink, ...rest } = await open(settings)
  return {
    sink,
    secret: SECRET,
    behave: behaviour => {
      double.behaviour = behaviour
    },
    stored: () => double.ids,
    requests: () => double.requests,
    ...rest,
  }
})

test.each([
  [429, '7', 'otlp.busy', 7000],
  [503, '7', 'otlp.failed', 7000],
  [503, '0', 'otlp.failed', 0],
  [502, undefined, 'otlp.failed', undefined],
  [504, 'Thu, 01 Jan 1970 00:00:00 GMT', 'otlp.failed', 0],
])(
  'the exporter tries %i with Retry-After %s no second time by itself; who does is told the pause',
  async (status, retryAfter, code, retryAfterMs) => {
    await using stage = await open()
    Object.assign(stage.double, { behaviour: 'busy', status, retryAfter })
    await expect(stage.sink.write([mapped('e1')], never)).rejects.toMatchObject({ name: 'RetryableError', code, retryAfterMs })
    await stage.sink[Symbol.asyncDispose]() // Waits for whatever the exporter may still be doing.
    expect(stage.double.requests).toBe(1)
  },
)

test.each(['gzip', 'none'])('bodies of many megabytes are sent whole, with compression %s', async compression => {
  await using stage = await open({ compression })
  const noise = randomBytes(4 * 1024 * 1024).toString('base64')
  const ids = ['a', 'b', 'c']
  for (const id of ids) await stage.sink.write([{ ...mapped(id), document: { noise } }, mapped(`${id}2`)], never)
  expect(stage.double.ids).toEqual(ids.flatMap(id => [id, `${id}2`]))
})

test('an answer that switches the protocol is none, and nothing waits for its rest (invariant 7)', async () => {
  await using server = await serve(async (request, response) => {
    await bytesOf(request)
    response.socket!.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  })
  await using stage = await open({ url: server.url })
  await expect(stage.sink.write([mapped('e1')], never)).rejects.toMatchObject({ name: 'RetryableError', code: 'otlp.unreachable' })
  await stage.sink[Symbol.asyncDispose]()
})

test('no variable of the environment changes a request', async () => {
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-leak=yes,authorization=other',
    OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-leak=yes',
    OTEL_EXPORTER_OTLP_TIMEOUT: '1',
    OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere',
  }
  Object.assign(process.env, variables)
  try {
    await using stage = await open({ compression: 'none' })
    await stage.sink.write([mapped('e1')], never)
    expect(stage.double.ids).toEqual(['e1'])
    expect(stage.double.headers).toMatchObject({ authorization: `Bearer ${SECRET}` })
    expect(Object.keys(stage.double.headers)).not.toEqual(expect.arrayContaining(['x-leak']))
    expect(Object.keys(stage.double.headers)).not.toEqual(expect.arrayContaining(['content-encoding']))
    expect(process.env).toMatchObject(variables)
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
  }
})

test('a token that no header may hold is told as that, and not repeated (invariant 6)', async () => {
  await using stage = await open({ token: 'se\ncret' })
  const error: unknown = await stage.sink.write([mapped('e1')], never).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ name: 'BlockedError', code: 'otlp.header' })
  expect(String(error)).not.toContain('cret')
})

test('when it is closed, so is what the exporter had under way (invariant 7)', async () => {
  const stage = await open()
  const ended: unknown[] = []
  const created = (message: unknown) => (message as { request: ClientRequest }).request.once('error', error => ended.push(error))
  subscribe('http.client.request.created', created)
  stage.double.behaviour = 'hang'
  const write = stage.sink.write([mapped('e1')], never).catch(String)
  await expect.poll(() => stage.double.requests).toBe(1)
  await stage.sink[Symbol.asyncDispose]()
  expect(ended.map(String)).toEqual([expect.stringContaining('The sink was closed')])
  expect(await write).toContain('The sink was closed')
  unsubscribe('http.client.request.created', created)
  await stage.double[Symbol.asyncDispose]()
})

test('records that can not be written are no fault of the network', async () => {
  await using stage = await open({ body: 'json' })
  const strange = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new RangeError('strange')
      },
    },
  ) // No text, as the types say it is.
  await expect(stage.sink.write([{ ...mapped('e1'), json: strange as never }], never)).rejects.toThrow(RangeError)
  await stage.sink.write([mapped('e2')], never)
  expect(stage.double.ids).toEqual(['e2'])
})
