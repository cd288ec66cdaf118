import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { otlp } from './index.ts'

const never = new AbortController().signal

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** A receiver that answers all alike, and keeps what it was sent. */
async function receiver(answer: Answer, settings: Record<string, unknown> = {}, path = '') {
  const received: Received[] = []
  const warnings: string[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    received.push({ path: request.url!, headers: request.headers, body: Buffer.concat(pieces) })
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers }).end(answer.body ?? '{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  const { logger, ...others } = sinkContext('test')
  const context = { ...others, logger: { ...logger, warn: (message: string) => void warnings.push(message) } }
  const sink = await otlp.create(otlp.config.parse({ url, ...settings }), context)
  return {
    sink,
    received,
    warnings,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('a request says what it is, with the headers of the settings and none of the environment', async () => {
  process.env.OTEL_EXPORTER_OTLP_HEADERS = 'x-leak=yes'
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9'
  try {
    const settings = { token: 't0ken', headers: { 'x-a': '1', 'X-Key': 's3cret' } }
    await using open = await receiver({}, settings)
    await open.sink.write([mapped('e1')], never)
    const [{ path, headers, body }] = open.received as [Received]
    expect(path).toBe('/v1/logs')
    expect(headers).toMatchObject({
      authorization: 'Bearer t0ken',
      'x-a': '1',
      'x-key': 's3cret',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
    expect(headers).not.toHaveProperty('x-leak')
    expect(gunzipSync(body).toString()).toContain('"e1"')
  } finally {
    delete process.env.OTEL_EXPORTER_OTLP_HEADERS
    delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
  }
})

test('a path of the URL stays as it is written', async () => {
  await using open = await receiver({}, { protocol: 'http/protobuf' }, '/otlp/custom?tenant=1')
  await open.sink.write([mapped('e1')], never)
  expect(open.received[0]).toMatchObject({ path: '/otlp/custom?tenant=1', headers: { 'content-type': 'application/x-protobuf' } })
})

test('a check sends no record', async () => {
  await using open = await receiver({}, { compression: 'none' })
  await open.sink.check(never)
  expect(open.received[0]?.body.toString()).toBe('{"resourceLogs":[]}')
})

describe('a partial success', () => {
  const three = ['a', 'b', 'c'].map(id => mapped(id))
  const json = (rejectedLogRecords: unknown, errorMessage?: string) => ({
    body: JSON.stringify({ partialSuccess: { rejectedLogRecords, errorMessage } }),
  })
  /** partial_success (1) with rejected_log_records (1) and error_message (2). */
  const protobuf = (rejected: number, message: string) => {
    const text = Buffer.from(message)
    const inner = Buffer.from([0x08, rejected, 0x12, text.length, ...text])
    return { body: Buffer.from([0x0a, inner.length, ...inner]), headers: { 'content-type': 'application/x-protobuf' } }
  }

  test.each([
    ['JSON', json('2', 'bad ones'), {}],
    ['protobuf', protobuf(2, 'bad ones'), { protocol: 'http/protobuf' }],
    ['JSON with the names of protobuf', { body: '{"partial_success":{"rejected_log_records":2,"error_message":"bad ones"}}' }, {}],
  ])('in %s is halved, for it does not say which', async (_, answer, settings) => {
    await using open = await receiver(answer, settings)
    await expect(open.sink.write(three, never)).rejects.toMatchObject({
      name: 'BatchRefusedError',
      code: 'otlp.partial_success',
      message: expect.stringMatching(/refused 2 of 3 records: bad ones/),
    })
  })

  test('that repeats what it was sent is told without its secrets (invariant 6)', async () => {
    const answer = json(1, 'not for a-secret-token at /v1/logs?key=a-secret-key')
    await using open = await receiver(answer, { token: 'a-secret-token' }, '/v1/logs?key=a-secret-key')
    await expect(open.sink.write(three, never)).rejects.toThrow('not for *** at /v1/logs?key=***')
  })

  test('goes to the dead letters whole, if so set', async () => {
    await using open = await receiver(json(1, 'bad one'), { partial_success: 'dead_letter' })
    const { rejected, deferred } = await open.sink.write(three, never)
    expect(rejected.map(({ event, reason }) => [event.event.id, reason.replace(/^.*refused/, 'refused')])).toEqual(
      ['a', 'b', 'c'].map(id => [id, 'refused 1 of 3 records: bad one']),
    )
    expect(deferred).toEqual([])
  })

  test.each([3, '3', 99])('that refuses all (%j) is told of each', async rejected => {
    await using open = await receiver(json(rejected, 'no'))
    expect((await open.sink.write(three, never)).rejected.length).toBe(3)
  })

  test.each([
    [json(0, 'slow down'), [expect.stringContaining('slow down')]],
    [json('0'), []],
    [{ body: '{"partialSuccess":null}' }, []],
    [{ body: '{"unknown":1}' }, []],
    [{ body: '', status: 204 }, []],
  ])('that refuses none is a success: %j', async (answer, warnings) => {
    await using open = await receiver(answer)
    expect(await open.sink.write(three, never)).toEqual({ rejected: [], deferred: [] })
    expect(open.warnings).toEqual(warnings)
  })
})

test.each([
  [{ status: 400, body: '{"code":3,"message":"ReadObject"}' }, 'BatchRefusedError', 'otlp.refused'],
  [{ status: 400, body: '{"code":3,"message":"http: request body too large"}' }, 'BatchRefusedError', 'otlp.too_large'],
  [{ status: 413 }, 'BatchRefusedError', 'otlp.too_large'],
  [{ status: 415, body: 'unsupported media type' }, 'BlockedError', 'otlp.unsupported'],
  [{ status: 400, body: '{"message":"unsupported Content-Encoding: br"}' }, 'BlockedError', 'otlp.unsupported'],
  [{ status: 400, body: 'Client sent an HTTP request to an HTTPS server.' }, 'BlockedError', 'otlp.tls'],
  [{ status: 401 }, 'BlockedError', 'otlp.denied'],
  [{ status: 404 }, 'BlockedError', 'otlp.not_found'],
  [{ status: 302, headers: { location: '/elsewhere' } }, 'BlockedError', 'otlp.redirected'],
  [{ status: 503, headers: { 'retry-after': '7' } }, 'RetryableError', 'otlp.failed'],
  [{ status: 200, body: '<html>sign in</html>', headers: { 'content-type': 'text/html' } }, 'BlockedError', 'otlp.not_otlp'],
  [{ status: 200, body: '{"partialSuc' }, 'BlockedError', 'otlp.not_otlp'],
])('%j is a %s', async (answer, name, code) => {
  await using open = await receiver(answer)
  const retryAfterMs = code === 'otlp.failed' ? { retryAfterMs: 7000 } : {}
  await expect(open.sink.write([mapped('e1')], never)).rejects.toMatchObject({ name, code, ...retryAfterMs })
})

test.each([
  ['', /answered 415\. The receiver does not know/],
  ['unsupported media type', /answered 415: unsupported media type\. The receiver does not know/],
])('a refusal with the body %j is told in whole sentences', async (body, message) => {
  await using open = await receiver({ status: 415, body })
  await expect(open.sink.write([mapped('e1')], never)).rejects.toThrow(message)
})

test('a page in place of protobuf is no success', async () => {
  await using open = await receiver({ body: '<html>', headers: { 'content-type': 'text/html' } }, { protocol: 'http/protobuf' })
  await expect(open.sink.write([mapped('e1')], never)).rejects.toMatchObject({ code: 'otlp.not_otlp' })
})

// Goal: of such a time the exporter would make a timer of negative length, and Node a warning in the log.
test.each(['0', 'Thu, 01 Jan 2026 00:00:00 GMT'])('the exporter does not come back by itself, told to at %s', async moment => {
  const timers = vi.spyOn(globalThis, 'setTimeout')
  try {
    await using open = await receiver({ status: 503, headers: { 'retry-after': moment } })
    await expect(open.sink.write([mapped('e1')], never)).rejects.toMatchObject({ code: 'otlp.failed', retryAfterMs: 0 })
    await new Promise(setImmediate)
    expect(open.received).toHaveLength(1)
    expect(timers.mock.calls.filter(([, ms]) => Number(ms) < 0)).toEqual([])
  } finally {
    timers.mockRestore()
  }
})
