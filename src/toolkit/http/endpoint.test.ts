import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { systemClock } from '../clock.ts'
import { Secret } from '../secret.ts'
import { createHttpEndpoint, type HttpEndpointOptions } from './endpoint.ts'

const never = new AbortController().signal
const ANSWER_BYTES_MAX = 1000
const TOKEN = 'hunter2-token'

async function listen(server: ReturnType<typeof createSocketServer>) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function endpointTo(url: string, options: Partial<HttpEndpointOptions> = {}) {
  return createHttpEndpoint({
    component: 'x',
    url: new URL(url),
    headers: () => ({ authorization: `Splunk ${TOKEN}` }),
    timeoutMs: 30_000,
    concurrencyMax: 2,
    answerBytesMax: ANSWER_BYTES_MAX,
    clock: systemClock,
    proxy: Secret.literal('none'),
    ...options,
  })
}

async function open(listener: RequestListener, options: Partial<HttpEndpointOptions> = {}) {
  const server = createServer(listener)
  const host = await listen(server)
  const endpoint = endpointTo(`http://${host}/in?a=1`, options)
  return {
    endpoint,
    host,
    async [Symbol.asyncDispose]() {
      await endpoint.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

type Stage = Awaited<ReturnType<typeof open>>
const send = ({ endpoint }: Stage, signal = never) => endpoint.request({ method: 'POST', body: 'b' }, signal)
const failure = async (work: Promise<unknown>): Promise<unknown> => await work.then(() => undefined).catch((cause: unknown) => cause)

test('path, query, body and headers arrive; headers are made anew for each request, and the request goes first', async () => {
  const seen: unknown[] = []
  let key = 0
  const listener: RequestListener = async (request, response) => {
    const body = (await request.toArray()).join('')
    seen.push([request.method, request.url, body, request.headers['x-key'], request.headers['x-kind']])
    response.end()
  }
  await using stage = await open(listener, { headers: () => ({ 'x-key': String(++key), 'x-kind': 'own' }) })
  await send(stage)
  await stage.endpoint.request({ method: 'PUT', path: '/other', headers: { 'x-kind': 'of the request' } }, never)
  expect(seen).toEqual([
    ['POST', '/in?a=1', 'b', '1', 'own'],
    ['PUT', '/other', '', '2', 'of the request'],
  ])
})

describe('answers', () => {
  test('a body in gzip is unpacked', async () => {
    await using stage = await open((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('€')))
    expect(await send(stage)).toMatchObject({ status: 200, text: '€' })
  })

  test.each([
    ['plain', {}, Buffer.alloc(ANSWER_BYTES_MAX + 1, 'x')],
    ['once unpacked', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(ANSWER_BYTES_MAX + 1, 'x'))],
  ])('a success that is too large %s is a failure', async (_, headers, body) => {
    await using stage = await open((__, response) => response.writeHead(200, headers).end(body))
    expect(await failure(send(stage))).toMatchObject({ name: 'RetryableError', code: 'x.answer_too_large' })
  })

  test('a refusal that is too large keeps its status', async () => {
    await using stage = await open((_, response) => response.writeHead(401).end('x'.repeat(1_000_000)))
    const answer = await send(stage)
    expect(answer.status).toBe(401)
    expect(answer.text.length).toBeLessThanOrEqual(ANSWER_BYTES_MAX)
    expect(stage.endpoint.errorOf(answer).message.length).toBeLessThan(600)
  })

  test.each([
    [`/elsewhere?token=${TOKEN}`, '/elsewhere'],
    [`https://me:p@ss@h/elsewhere?token=${TOKEN}`, 'https://h/elsewhere'],
  ])('a redirect to %s is not followed, and told without its secrets', async (location, told) => {
    let requests = 0
    await using stage = await open((_, response) => {
      requests++
      response.writeHead(302, { location }).end()
    })
    const error = stage.endpoint.errorOf(await send(stage))
    expect([requests, error.code]).toEqual([1, 'x.redirected'])
    expect(error.message).toContain(`It redirects to ${told}, which`)
  })

  test("a date in Retry-After is one of the other side's clock", async () => {
    const date = (ms: number) => new Date(Date.UTC(2020, 0, 1) + ms).toUTCString()
    await using stage = await open((_, response) => response.writeHead(503, { date: date(0), 'retry-after': date(30_000) }).end())
    expect(stage.endpoint.errorOf(await send(stage))).toMatchObject({ retryAfterMs: 30_000 })
  })

  const LOGIN = `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}`
  test.each([
    ['the whole header', `Splunk ${TOKEN}`, `Splunk ${TOKEN}`],
    ['the token alone', `Splunk ${TOKEN}`, TOKEN],
    ['the password of a login', LOGIN, TOKEN],
    ['a login as it was sent', LOGIN, LOGIN.slice(6)],
  ])('a secret that the answer repeats, %s, is in no message (invariant 6)', async (_, authorization, repeated) => {
    const listener: RequestListener = (__, response) => response.writeHead(400).end(`wrong: ${repeated}`)
    await using stage = await open(listener, { headers: () => ({ authorization }) })
    const answer = await send(stage)
    const said = [answer.text, answer.detail, String(stage.endpoint.errorOf(answer))].join('\n')
    expect(said).toContain('wrong: ')
    expect(said).not.toContain(repeated)
  })

  test.each([
    [400, BatchRefusedError],
    [413, BatchRefusedError],
    [422, BatchRefusedError],
    [429, RetryableError],
    [500, RetryableError],
    [503, RetryableError],
    [401, BlockedError],
    [403, BlockedError],
    [404, BlockedError],
    [407, BlockedError],
    [301, BlockedError],
    [415, BlockedError],
    [418, BlockedError],
  ])('%i is a %o', async (status, errorClass) => {
    await using stage = await open((_, response) => response.writeHead(status, { 'retry-after': '7' }).end('no\nway'))
    const error = stage.endpoint.errorOf(await send(stage), '/path')
    expect(error).toBeInstanceOf(errorClass)
    expect(error.message).toContain(`http://${stage.host}/path answered ${status}: no way.`)
    if (error instanceof RetryableError) expect(error.retryAfterMs).toBe(7000)
  })
})

describe('no answer', () => {
  test.each([1, 2])('an abort ends request %i of a pool of one, with its own reason', async nth => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    await using stage = await open(() => resolve(), { concurrencyMax: 1 })
    const stops = [new AbortController(), new AbortController()]
    const requests = stops.map(async stop => await failure(send(stage, stop.signal)))
    await arrived
    stops[nth - 1]!.abort(new Error('stopped'))
    expect(String(await requests[nth - 1])).toBe('Error: stopped')
    await stage.endpoint.close()
    expect(await requests[2 - nth]).toBeInstanceOf(RetryableError)
  })

  test('the time counts while a request waits for its connection', async () => {
    await using stage = await open(() => {}, { concurrencyMax: 1, timeoutMs: 200 })
    const errors = await Promise.all([failure(send(stage)), failure(send(stage))])
    for (const error of errors) expect(error).toMatchObject({ name: 'RetryableError', code: 'x.timeout' })
  })

  test('a request that was too late holds no connection', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const answers = [() => resolve(), (response: ServerResponse) => response.end()]
    await using stage = await open((_, response) => void answers.shift()!(response), { concurrencyMax: 1, timeoutMs: 3_600_000 })
    using timers = vi.spyOn(globalThis, 'setTimeout')
    const late = failure(send(stage))
    await arrived
    timers.mock.calls.find(([, ms]) => ms === 3_600_000)![0]() // Its time is over.
    expect(await late).toMatchObject({ code: 'x.timeout' })
    expect((await send(stage)).status).toBe(200)
  })

  test('the timer of a request ends with it', async () => {
    await using stage = await open((_, response) => response.end(), { timeoutMs: 3_600_000 })
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    await send(stage)
    const before = timers()
    for (let n = 0; n < 5; n++) await send(stage)
    expect(timers() - before).toBeLessThan(5)
  })

  test('after the abort nothing is sent', async () => {
    let requests = 0
    await using stage = await open((_, response) => {
      requests++
      response.end()
    })
    expect(String(await failure(send(stage, AbortSignal.abort(new Error('stopped')))))).toBe('Error: stopped')
    await send(stage)
    expect(requests).toBe(1)
  })

  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  test.each([
    ['TLS where url says http:// waits for the operator', Buffer.from('15030100020246', 'hex'), 'BlockedError', 'x.tls', 'https://'],
    ['an unasked 100 Continue is told', CONTINUE, 'RetryableError', 'x.unreachable', '100 Continue'],
  ])('%s', async (_, bytes, name, code, said) => {
    const server = createSocketServer(socket => socket.on('error', () => {}).once('data', () => socket.end(bytes)))
    const endpoint = endpointTo(`http://${await listen(server)}`)
    const error = await failure(endpoint.request({ method: 'POST', body: 'x' }, never))
    expect(error).toMatchObject({ name, code, message: expect.stringContaining(said) as string })
    await endpoint.close()
    server.close()
  })

  test('plain HTTP where url says https:// waits for the operator', async () => {
    await using stage = await open((_, response) => response.end())
    const endpoint = endpointTo(`https://${stage.host}`)
    expect(await failure(endpoint.request({ method: 'GET' }, never))).toMatchObject({ name: 'BlockedError', code: 'x.tls' })
    await endpoint.close()
  })

  test('a token that no header may hold blocks and is not repeated', async () => {
    await using stage = await open((_, response) => response.end(), { headers: () => ({ authorization: `${TOKEN}\nx` }) })
    const error = await failure(send(stage))
    expect(error).toMatchObject({ name: 'BlockedError', code: 'x.header' })
    expect(String(error)).not.toContain(TOKEN)
  })

  test.each(['content-length', 'transfer-encoding', 'expect'])('a setting of the header %s blocks', async name => {
    await using stage = await open((_, response) => response.end(), { headers: () => ({ [name]: '5' }) })
    expect(await failure(send(stage))).toMatchObject({ name: 'BlockedError', code: 'x.header' })
  })

  test('a proxy that refuses blocks; its password is in no message', async () => {
    const seen: unknown[] = []
    const proxy = createServer().on('connect', ({ url, headers }, socket) => {
      seen.push([url, headers['proxy-authorization']])
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    })
    const secret = Secret.literal(`http://me:${TOKEN}@${await listen(proxy)}`)
    const endpoint = endpointTo('https://a.example', { proxy: secret })
    const error = await failure(endpoint.request({ method: 'GET' }, never))
    expect(seen).toEqual([['a.example:443', `Basic ${Buffer.from(`me:${TOKEN}`).toString('base64')}`]])
    expect(error).toMatchObject({ name: 'BlockedError', code: 'x.proxy' })
    expect(String(error)).not.toContain(TOKEN)
    await endpoint.close()
    proxy.closeAllConnections()
    proxy.close()
  })
})
