import { describe, expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { expectOneRefused, testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { type DatadogDouble, startDatadogDouble } from '../../../test/doubles/datadog.ts'
import { idsOf, mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import type { MappedEvent } from '../../core/mapper.ts'
import { datadogConfig } from './config.ts'
import { createDatadogSink } from './sink.ts'

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map(id => mapped(id, Date.now() - 1000))

async function open(settings: object = {}) {
  const datadog = await startDatadogDouble('good-key')
  const config = datadogConfig.parse({ url: datadog.url, api_key: 'good-key', proxy: 'none', ...settings })
  const sink = createDatadogSink(config, sinkContext('dd'))
  return {
    datadog,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await datadog[Symbol.asyncDispose]()
    },
  }
}

const storedIn = ({ logs }: DatadogDouble) => logs.map(({ id }) => id)
const large = (id: string, bytes: number): MappedEvent => {
  const { event } = mapped(id)
  const document = { type: 'x', text: 'ä'.repeat(bytes / 2) }
  return { event, document, json: JSON.stringify(document) }
}
const failureOf = (write: Promise<unknown>) =>
  write.then(
    () => undefined,
    (cause: unknown) => cause,
  )

// Without the words of the intake somebody before it has answered, who knows nothing of logs.
testSinkStatuses('datadog', {
  openAt: url => open({ url }),
  otherwise: { 400: BlockedError },
  words: { refusal: '{"errors":["invalid payload"]}', success: '{}' },
})

test('of a batch with one event that is refused the others are delivered', async () => {
  await using stage = await open()
  stage.datadog.refused.add('b')
  await expectOneRefused(stage.sink, 'b')
  expect(storedIn(stage.datadog)).toEqual(['a', 'c'])
})

testSinkContract('datadog', async settings => {
  const { datadog, sink, ...rest } = await open(settings)
  return {
    sink,
    secret: datadog.apiKey,
    behave: behaviour => {
      datadog.mode = behaviour
    },
    stored: () => storedIn(datadog),
    requests: () => datadog.requests.length,
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
})

test.each(['gzip', 'zstd', 'none'])('%s: the event is there as it was written, with what the settings say', async compression => {
  await using stage = await open({
    compression,
    ddtags: ['env:prod', 'team:sec'],
    hostname: 'h',
    ddsource: 's',
    headers: { 'x-extra': '1' },
  })
  await stage.sink.write(EVENTS, never)
  const [first] = stage.datadog.logs
  expect(first?.log).toMatchObject({
    ddsource: 's',
    service: 'openai-audit-logs',
    hostname: 'h',
    ddtags: 'env:prod,team:sec',
    event_id: 'a',
  })
  expect(first?.text).toContain(`"raw":${EVENTS[0]!.json}`)
  expect(stage.datadog.requests[0]?.encoding).toBe(compression === 'none' ? undefined : compression)
})

describe('limits', () => {
  test('a log that Datadog would truncate is rejected with the reason, and the others are delivered', async () => {
    await using stage = await open()
    const events = [...EVENTS, large('large', 1_000_000)]
    const { rejected, deferred } = await stage.sink.write(events, never)
    expect([idsOf(rejected.map(({ event }) => event)), deferred, storedIn(stage.datadog)]).toEqual([['large'], [], ['a', 'b', 'c']])
    expect(rejected[0]?.reason).toMatch(/^The log has 1000\d\d\d bytes, and Datadog truncates one of more than 1000000/)
  })

  test('a log just below the bound is sent', async () => {
    await using stage = await open()
    expect(await stage.sink.write([large('x', 999_700)], never)).toMatchObject({ rejected: [] })
    expect([storedIn(stage.datadog), stage.datadog.lost]).toEqual([['x'], []])
  })

  test('nothing is sent when no log is left', async () => {
    await using stage = await open()
    expect(await stage.sink.write([large('x', 2_000_000)], never)).toMatchObject({ rejected: [{ event: { event: { id: 'x' } } }] })
    expect(stage.datadog.requests).toEqual([])
  })

  test('a request that Datadog would refuse is halved before it is sent', async () => {
    await using stage = await open()
    const events = Array.from({ length: 6 }, (_, n) => large(`${n}`, 900_000))
    expect(await failureOf(stage.sink.write(events, never))).toMatchObject({ name: 'BatchRefusedError', code: 'datadog.too_large' })
    expect(stage.datadog.requests).toEqual([])
  })
})

// Goal: Datadog answers 202 and drops what is older than 18 hours or more than two hours ahead.
describe('dates', () => {
  const HOUR_MS = 3_600_000
  test.each([
    ['now', 0, true],
    ['16 hours ago', -16, true],
    ['17.5 hours ago', -17.5, false],
    ['a month ago', -720, false],
    ['half an hour ahead', 0.5, true],
    ['an hour and a half ahead', 1.5, false],
    ['three hours ahead', 3, false],
  ])('an event of %s is kept', async (_, hours, hasDate) => {
    await using stage = await open()
    const timeMs = Date.now() + hours * HOUR_MS
    await stage.sink.write([mapped('x', timeMs)], never)
    expect([storedIn(stage.datadog), stage.datadog.lost]).toEqual([['x'], []])
    expect(stage.datadog.logs[0]?.log.date).toBe(hasDate ? Math.round(timeMs) : undefined)
  })
})

describe('answers', () => {
  test.each([
    ['busy', RetryableError, 'datadog.busy'],
    ['failing', RetryableError, 'datadog.failed'],
    ['refuse', BatchRefusedError, 'datadog.refused'],
    ['too_large', BatchRefusedError, 'datadog.refused'],
    ['cut_off', RetryableError, 'datadog.unreachable'],
    ['redirect', BlockedError, 'datadog.redirected'],
    ['huge', RetryableError, 'datadog.answer_too_large'],
    ['not_datadog', BlockedError, 'datadog.not_datadog'],
  ] as const)('%s is a %o', async (mode, errorClass, code) => {
    await using stage = await open()
    stage.datadog.mode = mode
    const error = await failureOf(stage.sink.write(EVENTS, never))
    expect(error).toBeInstanceOf(errorClass)
    expect(error).toMatchObject({ code })
  })

  test('a key that lets in passes the check, whatever is said of a request without logs', async () => {
    await using stage = await open()
    stage.datadog.mode = 'refuse'
    await expect(stage.sink.check(never)).resolves.toBeUndefined()
  })

  test('busy with Retry-After asks for that wait', async () => {
    await using stage = await open()
    stage.datadog.mode = 'busy'
    stage.datadog.retryAfter = '7'
    expect(await failureOf(stage.sink.write(EVENTS, never))).toMatchObject({ retryAfterMs: 7000 })
  })

  test('a refusal carries the words of the answer, for the dead letter', async () => {
    await using stage = await open()
    stage.datadog.refused.add('b')
    const error = await failureOf(stage.sink.write(EVENTS, never))
    expect(error).toMatchObject({ name: 'BatchRefusedError', message: expect.stringContaining('Bad Request, Invalid log') as string })
  })

  test('a wrong key blocks, names its origin, the URL and what to do, and never the key (invariants 4 and 6)', async () => {
    await using stage = await open({ api_key: 'wrong-secret-key' })
    const error = String(await failureOf(stage.sink.write(EVENTS, never)))
    for (const part of ['the configuration', stage.datadog.url, 'API key is invalid', 'each site has its own'])
      expect(error).toContain(part)
    expect(error).not.toContain('wrong-secret-key')
    expect(await failureOf(stage.sink.check(never))).toMatchObject({ name: 'BlockedError', code: 'datadog.denied' })
  })
})

describe('where it goes', () => {
  test.each([
    ['a path of its own', '/proxy/', 404],
    ['the whole path', '/api/v2/logs', undefined],
    ['a slash', '/', undefined],
  ])('%s', async (_, path, status) => {
    await using other = await startDatadogDouble('good-key')
    await using stage = await open({ url: `${other.url}${path}` })
    const error = await failureOf(stage.sink.write(EVENTS, never))
    if (status === undefined) expect(storedIn(other)).toEqual(['a', 'b', 'c'])
    else expect(String(error)).toContain(`/proxy/api/v2/logs answered ${status}`)
  })

  test('an unknown site is a mistake', () => {
    expect(datadogConfig.safeParse({ api_key: 'k', site: 'datadoghq.org' }).success).toBe(false)
    expect(datadogConfig.safeParse({ api_key: 'k', ddtags: ['a,b'] }).success).toBe(false)
  })
})
