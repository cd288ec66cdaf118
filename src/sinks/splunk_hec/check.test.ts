import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { splunkHecConfig } from './config.ts'
import { createSplunkHecSink } from './sink.ts'

test.each([
  [404, undefined],
  [503, 'splunk_hec.busy'],
])('where the health call is answered with %i, check comes to %s', async (status, code) => {
  const server = createServer((request, response) => {
    const [answered, text] = request.url!.endsWith('/health') ? [status, '{"code":18}'] : [400, '{"text":"No data","code":5}']
    response.writeHead(answered).end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const config = splunkHecConfig.parse({ url, token: 'good', proxy: 'none' })
  const sink = createSplunkHecSink(config, sinkContext('splunk'))
  const error: unknown = await sink.check(new AbortController().signal).catch((cause: unknown) => cause)
  expect((error as { code?: string } | undefined)?.code).toBe(code)
  await sink[Symbol.asyncDispose]()
  server.close()
})
