import { expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { expectOneRefused, testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { type HecDouble, startHecDouble } from '../../../test/doubles/splunk_hec.ts'
import { idsOf, mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { sleptClock } from '../../../test/support/slept_clock.ts'
import type { Clock } from '../../core/clock.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { systemClock } from '../../toolkit/clock.ts'
import { splunkHecConfig } from './config.ts'
import { createSplunkHecSink } from './sink.ts'

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000))

async function open(settings: object = {}, clock: Clock = systemClock) {
  const hec = await startHecDouble('good-token')
  const config = splunkHecConfig.parse({
    url: hec.url,
    token: 'good-token',
    proxy: 'none',
    acknowledge_interval: '100ms',
    ...settings,
  })
  const sink = createSplunkHecSink(config, { ...sinkContext('splunk'), clock })
  return {
    hec,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await hec[Symbol.asyncDispose]()
    },
  }
}

const storedIn = (hec: HecDouble) => hec.events.map(({ fields }) => fields.event_id ?? '')

test('returning means stored, with time, fields and the text byte for byte (invariant 3)', async () => {
  await using stage = await open({ index: 'audit', fields: { team: 'sec"ops' }, headers: { 'x-extra': '1' } })
  await stage.sink.write(EVENTS, never)
  expect(storedIn(stage.hec)).toEqual(['a', 'b', 'c'])
  expect(stage.hec.events[0]).toMatchObject({
    time: 1_767_225_600.123,
    host: 'api.openai.com',
    source: 'tailrace:acme',
    sourcetype: 'openai:audit:raw',
    index: 'audit',
    fields: { event_id: 'a', team: 'sec"ops' },
    text: EVENTS[0]!.json,
  })
})

// Without a code of the collector somebody before it has answered, who knows nothing of events.
testSinkStatuses('splunk_hec', {
  openAt: url => open({ url }),
  otherwise: { 400: BlockedError, 422: BlockedError },
  words: { refusal: '{"text":"Invalid data format","code":6,"invalid-event-number":0}', success: '{"text":"Success","code":0}' },
})

test.each([
  [0, 'b', ['a', 'c']],
  [0, 'c', ['a', 'b']],
  [1, 'a', ['b', 'c']],
  [1, 'b', ['a', 'c']],
  [1, 'c', ['a', 'b']],
] as const)('a collector that counts from %s refuses %s: that one alone is rejected', async (from, refused, stored) => {
  await using stage = await open()
  stage.hec.firstEventNumber = from
  stage.hec.refused.add(refused)
  await expectOneRefused(stage.sink, refused)
  expect(new Set(storedIn(stage.hec))).toEqual(new Set(stored))
})

testSinkContract('splunk_hec', async settings => {
  const { hec, sink, ...rest } = await open(settings)
  return {
    sink,
    secret: hec.token,
    behave: behaviour => {
      hec.mode = behaviour
    },
    stored: () => storedIn(hec),
    requests: () => hec.requests,
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
})

test.each([
  ['busy', RetryableError, 'splunk_hec.busy'],
  ['refuse', BatchRefusedError, 'splunk_hec.invalid'],
  ['cut_off', RetryableError, 'splunk_hec.unreachable'],
  ['redirect', BlockedError, 'splunk_hec.redirected'],
  ['huge', RetryableError, 'splunk_hec.answer_too_large'],
  ['not_hec', BlockedError, 'splunk_hec.not_hec'],
] as const)('%s is a %o', async (mode, errorClass, code) => {
  await using stage = await open()
  stage.hec.mode = mode
  const error: unknown = await stage.sink.write(EVENTS, never).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ code })
})

test.each([
  ['1', 1000],
  [undefined, undefined],
])('busy with Retry-After %s asks for a wait of %s ms', async (retryAfter, retryAfterMs) => {
  await using stage = await open()
  stage.hec.mode = 'busy'
  stage.hec.retryAfter = retryAfter
  const error: unknown = await stage.sink.write(EVENTS, never).catch((cause: unknown) => cause)
  expect((error as RetryableError).retryAfterMs).toBe(retryAfterMs)
})

test('a wrong token blocks, names its origin, the URL and the answer, and never the token (invariants 4 and 6)', async () => {
  await using stage = await open({ token: 'wrong-token' })
  const error = await stage.sink.write(EVENTS, never).then(() => undefined, String)
  for (const part of ['the configuration', stage.hec.url, 'Invalid token', 'code 4']) expect(error).toContain(part)
  expect(error).not.toContain('wrong-token')
})

test('the event that is named as invalid is rejected, the others are written again', async () => {
  await using stage = await open()
  stage.hec.refused.add('b')
  const { rejected, deferred } = await stage.sink.write(EVENTS, never)
  expect([rejected.map(({ event }) => event.event.id), idsOf(deferred)]).toEqual([['b'], ['a', 'c']])
  expect(stage.hec.events).toEqual([])
})

test('a destination that is not there may come back', async () => {
  const gone = await startHecDouble()
  await gone[Symbol.asyncDispose]()
  await using stage = await open({ url: gone.url })
  await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({
    code: 'splunk_hec.unreachable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  })
})

test('with acknowledgement, returning means indexed', async () => {
  await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' })
  stage.hec.acknowledgement = 'held back'
  let returned = false
  const write = stage.sink.write(EVENTS, never).then(() => {
    returned = true
  })
  while (stage.hec.events.length === 0) await new Promise(resolve => setImmediate(resolve))
  expect(returned).toBe(false)
  stage.hec.acknowledgement = 'at once'
  await write
  expect(storedIn(stage.hec)).toEqual(['a', 'b', 'c'])
})

test('first writes at once do not take the acknowledgements from each other', async () => {
  await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' })
  stage.hec.acknowledgement = 'at once'
  await Promise.all(['a', 'b', 'c', 'd'].map(id => stage.sink.write([mapped(id)], never)))
  expect(new Set(stage.hec.events.map(({ fields }) => fields.event_id))).toEqual(new Set(['a', 'b', 'c', 'd']))
  expect(stage.hec.events).toHaveLength(4)
})

test('a token that is withdrawn while a batch waits to be acknowledged blocks at once', async () => {
  await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' })
  stage.hec.acknowledgement = 'held back'
  const write = stage.sink.write(EVENTS, never)
  while (stage.hec.events.length === 0) await new Promise(resolve => setImmediate(resolve))
  stage.hec.token = 'another'
  await expect(write).rejects.toMatchObject({ name: 'BlockedError' })
})

test('a batch that the collector lost in a restart is not taken for another one that was given its number', async () => {
  await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' }, sleptClock())
  const stored = async () => {
    while (stage.hec.events.length === 0) await new Promise(resolve => setImmediate(resolve))
  }
  stage.hec.acknowledgement = 'held back'
  const lost = stage.sink.write([mapped('lost')], never)
  await stored()
  stage.hec.restart()
  const unanswered = new AbortController()
  const other = stage.sink.write([mapped('other')], unanswered.signal)
  await stored()
  unanswered.abort(new Error('the answer did not come'))
  await expect(other).rejects.toThrow('the answer did not come')
  stage.hec.acknowledgement = 'at once'
  await expect(lost).rejects.toMatchObject({ name: 'RetryableError', code: 'splunk_hec.unacknowledged' })
})

test('a batch that is never acknowledged is sent again', async () => {
  await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' }, sleptClock())
  stage.hec.acknowledgement = 'held back'
  await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({ name: 'RetryableError', code: 'splunk_hec.unacknowledged' })
})

test.each([
  [404, '{"text":"The requested URL was not found on this server.","code":404}', 'splunk_hec.not_found'],
  [404, '{"acks":{}}', 'splunk_hec.not_found'],
  [400, '{"text":"ACK is disabled","code":14}', 'splunk_hec.setup'],
  [200, '<html>Welcome</html>', 'splunk_hec.not_hec'],
])(
  'where acknowledgements are answered with %i %s, a batch that was stored is not sent again before that is mended',
  async (status, text, code) => {
    await using stage = await open({ acknowledge: true, acknowledge_timeout: '60s' }, sleptClock())
    stage.hec.acknowledgement = 'held back'
    const first = stage.sink.write(EVENTS, never)
    while (stage.hec.events.length === 0) await new Promise(resolve => setImmediate(resolve))
    stage.hec.acknowledgementAnswer = { status, text }
    await expect(first).rejects.toThrow()
    await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({ name: 'BlockedError', code })
    expect(stage.hec.events).toHaveLength(EVENTS.length)
    stage.hec.acknowledgementAnswer = undefined
    stage.hec.acknowledgement = 'at once'
    await stage.sink.write(EVENTS, never)
    expect(stage.hec.events).toHaveLength(2 * EVENTS.length)
  },
)

test('acknowledgement that the token lacks, or demands, blocks', async () => {
  await using lacking = await open({ acknowledge: true })
  await expect(lacking.sink.write(EVENTS, never)).rejects.toMatchObject({ name: 'BlockedError', code: 'splunk_hec.setup' })
  expect(lacking.hec.events).toEqual([]) // Each attempt would store them anew.
  await using demanding = await open()
  demanding.hec.acknowledgement = 'at once'
  await expect(demanding.sink.write(EVENTS, never)).rejects.toMatchObject({ name: 'BlockedError', code: 'splunk_hec.setup' })
})

test('a batch that was stored without an ackId is not sent again before the token acknowledges', async () => {
  await using stage = await open({ acknowledge: true })
  stage.hec.acknowledgement = 'at once'
  await stage.sink.write([EVENTS[0]!], never)
  stage.hec.acknowledgement = 'off'
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(stage.sink.write([EVENTS[1]!], never)).rejects.toMatchObject({ name: 'BlockedError', code: 'splunk_hec.setup' })
  expect(storedIn(stage.hec)).toEqual(['a', 'b'])
})

test('check tells a good token from a wrong one and sends no event', async () => {
  await using good = await open()
  await good.sink.check(never)
  expect(good.hec.events).toEqual([])
  await using wrong = await open({ token: 'wrong' })
  await expect(wrong.sink.check(never)).rejects.toMatchObject({ code: 'splunk_hec.denied' })
})
