import { once } from 'node:events'
import { createServer, type RequestOptions, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { BlockedError } from '../../core/errors.ts'
import { Secret } from '../secret.ts'
import { openAgent } from './agent.ts'
import { networkError } from './errors.ts'

/** A proxy that notes who asks it for what, and lets nobody through. */
async function startProxy() {
  const asked: unknown[] = []
  const server = createServer((incoming, response) => {
    asked.push([incoming.method, incoming.url, incoming.headers['proxy-authorization']])
    response.end()
  })
  server.on('connect', (incoming, socket) => {
    asked.push([incoming.method, incoming.url, incoming.headers['proxy-authorization']])
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function ask(address: string, proxy: string): Promise<unknown> {
  const url = new URL(address)
  const { agent, proxyHost } = openAgent({ component: 'x', url, concurrencyMax: 1, proxy: Secret.literal(proxy) })
  const send = (options: RequestOptions) => (url.protocol === 'https:' ? requestSecurely : request)(url, options)
  try {
    const sent = send({ agent }).end()
    const [response] = (await once(sent, 'response')) as [{ resume(): unknown; statusCode: number }]
    response.resume()
    return response.statusCode
  } catch (cause) {
    return networkError('x', url, cause, proxyHost)
  } finally {
    agent.destroy()
  }
}

const LOGIN = `Basic ${Buffer.from('user:p@ss').toString('base64')}`

test('http:// goes to the proxy with its login', async () => {
  await using proxy = await startProxy()
  expect(await ask('http://a.example/x', `http://user:p%40ss@${proxy.host}`)).toBe(200)
  expect(proxy.asked).toEqual([['GET', 'http://a.example/x', LOGIN]])
})

test('https:// asks it for a tunnel, and a refusal names the proxy and no password (invariant 6)', async () => {
  await using proxy = await startProxy()
  const error = await ask('https://a.example/x', `http://user:p%40ss@${proxy.host}`)
  expect(error).toBeInstanceOf(BlockedError)
  expect(error).toMatchObject({
    code: 'x.proxy',
    message: expect.stringContaining(`${proxy.host} refused to connect to a.example:443 (status 407)`),
  })
  expect(String((error as Error).cause)).not.toContain('p%40ss')
  expect(proxy.asked).toEqual([['CONNECT', 'a.example:443', LOGIN]])
})

test('an address that speaks TLS is told from the first bytes of its answer', () => {
  const cause = Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_CONSTANT', rawPacket: Buffer.from([0x15, 3, 1]) })
  expect(networkError('x', new URL('http://a.example'), cause)).toMatchObject({ code: 'x.tls' })
})
