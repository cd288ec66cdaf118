import { getEventListeners, once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { expect, test } from 'vitest'
import { exchange } from './exchange.ts'

const BYTES_MAX = 1000
const never = new AbortController().signal

/** A server, and a pool of one connection to it. */
async function open(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pool = new Pool(origin, { connections: 1, pipelining: 1 })
  return {
    ask: (path: string, signal = never) => exchange(pool, { origin, path, method: 'GET' }, { bytesMax: BYTES_MAX, signal }),
    async [Symbol.asyncDispose]() {
      await pool.destroy()
      server.closeAllConnections()
      server.close()
    },
  }
}

test('what is announced before an answer is none', async () => {
  await using stage = await open((_, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' })
    response.writeHead(200, { 'x-own': 'yes' }).end('ok')
  })
  const { pieces, ...answer } = await stage.ask('/')
  expect(answer).toMatchObject({ status: 200, headers: { 'x-own': 'yes' }, isWhole: true })
  expect(Buffer.concat(pieces).toString()).toBe('ok')
})

test('an answer without end is read to the bound, and its connection closed', async () => {
  const closed = Promise.withResolvers<void>()
  await using stage = await open((_, response) => {
    response.on('close', closed.resolve)
    const more = () => void (response.destroyed || response.write('x'.repeat(100), () => setImmediate(more)))
    more()
  })
  const { pieces, isWhole } = await stage.ask('/')
  expect(isWhole).toBe(false)
  expect(Buffer.concat(pieces).length).toBeLessThanOrEqual(BYTES_MAX)
  await closed.promise
})

test('an answer that breaks off is a failure, and the next request goes through', async () => {
  let requests = 0
  await using stage = await open((_, response) => {
    if (++requests > 1) return void response.end('ok')
    response.writeHead(200, { 'content-length': 10 }).write('part')
    setImmediate(() => response.destroy())
  })
  await expect(stage.ask('/')).rejects.toThrow()
  expect((await stage.ask('/')).isWhole).toBe(true)
})

test('an abort closes the connection, and leaves nothing at the signal', async () => {
  const closed = Promise.withResolvers<void>()
  const stop = new AbortController()
  await using stage = await open((_, response) => {
    response.on('close', closed.resolve)
    response.write('some')
    stop.abort(new Error('stopped'))
  })
  await expect(stage.ask('/', stop.signal)).rejects.toThrow('stopped')
  await closed.promise
  expect(getEventListeners(stop.signal, 'abort')).toEqual([])
})

test('a request that was ended while it waited for its connection is not sent when it gets one', async () => {
  const paths: (string | undefined)[] = []
  const held = Promise.withResolvers<void>()
  await using stage = await open((request, response) => {
    paths.push(request.url)
    void held.promise.then(() => response.end())
  })
  const stop = new AbortController()
  const first = stage.ask('/first')
  const second = stage.ask('/second', stop.signal)
  stop.abort(new Error('stopped'))
  held.resolve()
  await first
  await expect(second).rejects.toThrow('stopped')
  await stage.ask('/third')
  expect(paths).toEqual(['/first', '/third'])
})
