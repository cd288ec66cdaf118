import { describe, expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { type SearchDouble, startSearchDouble } from '../../../test/doubles/elasticsearch.ts'
import { serve } from '../../../test/doubles/requests.ts'
import { idsOf, mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { BatchRefusedError, BlockedError, RetryableError } from '../../core/errors.ts'
import { elasticsearchConfig } from './config.ts'
import { createElasticsearchSink } from './sink.ts'

const never = new AbortController().signal
const EVENTS = ['a', 'b', 'c'].map((id, n) => mapped(id, 1_767_225_600_123 + n * 1000))
const KEY = 'some:secret-key'

async function open(settings: object = {}) {
  const search = await startSearchDouble()
  const config = elasticsearchConfig.parse({ urls: [search.url], api_key: KEY, proxy: 'none', ...settings })
  const sink = createElasticsearchSink(config, sinkContext('es'))
  return {
    search,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await search[Symbol.asyncDispose]()
    },
  }
}

const storedIn = ({ documents }: SearchDouble) => documents.map(({ id }) => id)

// A whole request is refused for its target or its form; an event at fault is refused by its item.
testSinkStatuses('elasticsearch', { openAt: url => open({ urls: [url] }), otherwise: { 400: BlockedError } })

// The answer to a bulk request is as long as the batch.
testSinkContract(
  'elasticsearch',
  async settings => {
    const { search, sink, ...rest } = await open(settings)
    return {
      sink,
      secret: 'secret-key',
      behave: behaviour => {
        search.mode = behaviour
      },
      stored: () => storedIn(search),
      requests: () => search.requests,
      [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
    }
  },
  { huge: BatchRefusedError },
)

test.each(['gzip', 'none'])(
  'returning means stored, byte for byte behind the time (invariant 3), with compression %s',
  async compression => {
    await using stage = await open({ compression })
    await stage.sink.write(EVENTS, never)
    expect(storedIn(stage.search)).toEqual(['a', 'b', 'c'])
    expect(stage.search.documents[0]).toEqual({
      id: 'a',
      index: 'logs-openai.audit-default',
      text: `{"@timestamp":"2026-01-01T00:00:00.123Z",${EVENTS[0]!.json.slice(1)}`,
      generation: 1,
    })
  },
)

test('each event goes to the index that its source and time name', async () => {
  await using stage = await open({ index: 'audit-{source}-{day}' })
  await stage.sink.write([mapped('a', 0), mapped('b', 86_400_000)], never)
  expect(stage.search.documents.map(({ index }) => index)).toEqual(['audit-acme-1970.01.01', 'audit-acme-1970.01.02'])
})

const CONFLICT = {
  type: 'mapper_parsing_exception',
  reason: 'failed to parse field [a]',
  caused_by: { type: 'x', reason: 'For input string' },
}

describe('events one by one', () => {
  test('a key that an answer repeats is not told', async () => {
    await using stage = await open()
    const key = Buffer.from(KEY).toString('base64')
    stage.search.answers.set('a', { status: 403, error: { type: 'security_exception', reason: `no rights for ${key}` } })
    await expect(stage.sink.write(EVENTS.slice(0, 1), never)).rejects.toThrow('security_exception: no rights for ***.')
  })

  test('what is there already is delivered; what can never be is rejected with the words; what waits is deferred', async () => {
    await using stage = await open({ deduplicate: 'never' })
    await stage.sink.write([EVENTS[0]!], never)
    stage.search.answers.set('b', { status: 400, error: CONFLICT })
    stage.search.answers.set('c', { status: 429, error: { type: 'rejected_execution_exception', reason: 'queue full' } })
    const { rejected, deferred } = await stage.sink.write(EVENTS, never)
    expect(rejected).toEqual([
      { event: EVENTS[1], reason: '400: mapper_parsing_exception: failed to parse field [a] ← x: For input string' },
    ])
    expect(idsOf(deferred)).toEqual(['c'])
    expect(storedIn(stage.search)).toEqual(['a'])
  })

  test.each([
    [429, { type: 'cluster_block_exception', reason: 'disk usage exceeded flood-stage watermark' }, 'RetryableError', 'elasticsearch.busy'],
    [503, { type: 'unavailable_shards_exception', reason: 'primary shard is not active' }, 'RetryableError', 'elasticsearch.busy'],
    [
      403,
      { type: 'security_exception', reason: 'no permissions for [indices:data/write/bulk[s]]' },
      'BlockedError',
      'elasticsearch.denied',
    ],
    [403, { type: 'cluster_block_exception', reason: 'index write (api)' }, 'BlockedError', 'elasticsearch.target'],
    [404, { type: 'index_not_found_exception', reason: 'no such index [x]' }, 'BlockedError', 'elasticsearch.target'],
    [400, { type: 'illegal_argument_exception', reason: 'pipeline with id [p] does not exist' }, 'BlockedError', 'elasticsearch.target'],
    [400, { type: 'index_closed_exception', reason: 'closed' }, 'BlockedError', 'elasticsearch.target'],
    [400, { type: 'routing_missing_exception', reason: 'routing is required for [x]/[a]' }, 'BlockedError', 'elasticsearch.target'],
  ])('%i %j of all is a %s: no event is to blame (invariant 4)', async (status, error, name, code) => {
    await using stage = await open()
    for (const id of ['a', 'b', 'c']) stage.search.answers.set(id, { status, error })
    await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({
      name,
      code,
      message: expect.stringContaining(error.reason) as string,
    })
  })

  test.each([
    // A RuntimeException of Java, and so a 500 (FailProcessorException, github.com/elastic/elasticsearch).
    ['a pipeline', { status: 500, error: { type: 'fail_processor_exception', reason: 'not wanted' } }, /^500: fail_.*: not wanted$/],
    ['the data stream, into its failure store', { status: 201, failure_store: 'used' }, /^201: .*failure store/],
  ])('what is refused by %s is rejected, and neither sent for ever nor taken for stored', async (_, answer, reason) => {
    await using stage = await open()
    stage.search.answers.set('b', answer)
    const result = await stage.sink.write(EVENTS, never)
    expect(result).toEqual({ rejected: [{ event: EVENTS[1], reason: expect.stringMatching(reason) as string }], deferred: [] })
  })

  test('what is blocked waits while the others are stored, and is told when nothing else is left', async () => {
    await using stage = await open()
    stage.search.answers.set('b', { status: 403, error: { type: 'security_exception', reason: 'no permissions' } })
    const { deferred } = await stage.sink.write(EVENTS, never)
    expect(idsOf(deferred)).toEqual(['b'])
    await expect(stage.sink.write(deferred, never)).rejects.toMatchObject({ code: 'elasticsearch.denied' })
  })

  test.each(['', 'x'.repeat(600)])('an id that can be no _id is replaced by its hash: %s', async id => {
    await using stage = await open()
    const events = [mapped(id), mapped('a')]
    await stage.sink.write(events, never)
    await stage.sink.write(events, never)
    expect(storedIn(stage.search)).toEqual([expect.stringMatching(/^sha256:[0-9a-f]{64}$/), 'a'])
  })
})

test.each([
  [400, '{"error":{"type":"illegal_argument_exception","reason":"unrecognized parameter"}}', BlockedError, 'elasticsearch.request'],
  [401, 'Unauthorized', BlockedError, 'elasticsearch.denied'],
  [403, '{"error":{"type":"security_exception","reason":"no permissions for [bulk]"}}', BlockedError, 'elasticsearch.denied'],
  [403, '{"error":{"type":"cluster_block_exception","reason":"cluster read-only"}}', BlockedError, 'elasticsearch.target'],
  [404, '{}', BlockedError, 'elasticsearch.not_found'],
  [406, '{"error":"Content-Type header is not supported"}', BlockedError, 'elasticsearch.unexpected'],
  [413, '', BatchRefusedError, 'elasticsearch.too_large'],
  [422, '', BatchRefusedError, 'elasticsearch.refused'],
  [429, '', RetryableError, 'elasticsearch.busy'],
  [503, 'OpenSearch Security not initialized.', RetryableError, 'elasticsearch.failed'],
  [200, '<html>Welcome</html>', BlockedError, 'elasticsearch.not_elasticsearch'],
  [200, '{"errors":false,"items":[]}', BlockedError, 'elasticsearch.not_elasticsearch'],
])('a whole answer %i %s is a %o', async (status, body, errorClass, code) => {
  await using stage = await open()
  stage.search.wholeAnswer = { status, body }
  const error: unknown = await stage.sink.write(EVENTS, never).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(errorClass)
  expect(error).toMatchObject({ code, message: expect.stringContaining(`answered ${status}`) as string })
})

test('an answer about one event that is too long to be read refuses nothing: it is asked again', async () => {
  await using stage = await open({ deduplicate: 'never' })
  stage.search.mode = 'huge'
  await expect(stage.sink.write(EVENTS.slice(0, 1), never)).rejects.toMatchObject({
    name: 'RetryableError',
    code: 'elasticsearch.answer_too_large',
  })
})

test.each(['replays', 'never'])('a page that answers everything blocks, and is shown, with deduplicate: %s', async deduplicate => {
  await using page = await serve(async (_, response) => response.writeHead(200).end('<html>Log in first</html>'))
  await using stage = await open({ urls: [page.url], deduplicate })
  await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({
    code: 'elasticsearch.not_elasticsearch',
    message: expect.stringMatching(/^http:.*\/logs-openai\.audit-default\/_(search|bulk) answered 200: <html>Log in first/) as string,
  })
})

test('a wrong key blocks, names its origin and the node, and never the key (invariants 4 and 6)', async () => {
  await using stage = await open({ api_key: 'other:wrong-key' })
  const error = await stage.sink.write(EVENTS, never).then(() => undefined, String)
  for (const part of ['the configuration', stage.search.url, 'Unauthorized']) expect(error).toContain(part)
  expect(error).not.toContain('wrong-key')
})

test('check tells a missing right and a wrong login', async () => {
  await using stage = await open()
  stage.search.lookStatus = 403
  await expect(stage.sink.check(never)).rejects.toMatchObject({
    code: 'elasticsearch.denied',
    message: expect.stringContaining('deduplicate: never') as string,
  })
  await using wrong = await open({ api_key: undefined, username: 'u', password: 'p' })
  await expect(wrong.sink.check(never)).rejects.toMatchObject({ code: 'elasticsearch.denied' })
})

describe('several nodes', () => {
  test('requests go round; one that is gone is left aside, and its requests go to another', async () => {
    await using other = await startSearchDouble()
    const gone = await startSearchDouble()
    await gone[Symbol.asyncDispose]()
    await using stage = await open({ deduplicate: 'never' })
    await using both = await open({ deduplicate: 'never', urls: [stage.search.url, gone.url, other.url] })
    for (let n = 0; n < 10; n++) await both.sink.write([mapped(`e${n}`)], never)
    expect([...storedIn(stage.search), ...storedIn(other)].toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `e${n}`))
    expect(Math.min(stage.search.documents.length, other.documents.length)).toBeGreaterThan(2)
  })

  test('when none answers, the write may be tried again', async () => {
    const gone = await startSearchDouble()
    await gone[Symbol.asyncDispose]()
    await using stage = await open({ urls: [gone.url, gone.url] })
    for (let n = 0; n < 3; n++) await expect(stage.sink.write(EVENTS, never)).rejects.toMatchObject({ code: 'elasticsearch.unreachable' })
  })
})
