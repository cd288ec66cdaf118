import { expect, test } from 'vitest'
import { serve, textOf } from '../../../test/doubles/requests.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { splunkHecConfig } from './config.ts'
import { createSplunkHecSink } from './sink.ts'

const never = new AbortController().signal

/** A collector that acknowledges at once, or never; `channels` are those of requests with events, `questions` those for states. */
async function stage({ isHeldBack = false }) {
  const channels: string[] = []
  const questions: string[] = []
  const server = await serve(async (request, response) => {
    const isEvents = request.url === '/services/collector/event'
    if (isEvents) channels.push(String(request.headers['x-splunk-request-channel']))
    const isRefused = (await textOf(request)).includes('"refused"')
    if (isEvents) return void response.writeHead(isRefused ? 503 : 200).end(isRefused ? '{"code":9}' : '{"code":0,"ackId":0}')
    questions.push(request.url!)
    response.writeHead(200).end(JSON.stringify({ acks: { 0: !isHeldBack } }))
  })
  const settings = { acknowledge: true, acknowledge_interval: '100ms', acknowledge_timeout: '60s', compression: 'none', proxy: 'none' }
  const sink = createSplunkHecSink(splunkHecConfig.parse({ url: server.url, token: 'good', ...settings }), sinkContext('splunk'))
  return {
    channels,
    questions,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

test('a channel on which nothing waits is used again: the collector keeps what it was told of each', async () => {
  await using world = await stage({})
  await world.sink.write([mapped('a')], never)
  await expect(world.sink.write([mapped('refused')], never)).rejects.toMatchObject({ code: 'splunk_hec.busy' })
  await world.sink.write([mapped('b')], never)
  expect(world.channels).toHaveLength(3)
  expect(new Set(world.channels).size).toBe(1)
})

test('closed while a batch waits to be acknowledged, it waits no longer', async () => {
  await using world = await stage({ isHeldBack: true })
  const write = world.sink.write([mapped('a')], never)
  while (world.channels.length === 0 || world.questions.length < 2) await new Promise(resolve => setImmediate(resolve))
  await Promise.all([expect(write).rejects.toMatchObject({ name: 'AbortError' }), world.sink[Symbol.asyncDispose]()])
})
