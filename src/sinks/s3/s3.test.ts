import { createHash } from 'node:crypto'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { testSinkContract } from '../../../test/contract/sink_contract.ts'
import { testSinkStatuses } from '../../../test/contract/sink_statuses.ts'
import { type S3Double, type S3Refusal, startS3Double } from '../../../test/doubles/s3.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { checkConfig } from '../../config/load.ts'
import { BlockedError } from '../../core/errors.ts'
import { REGISTRY } from '../../registry.ts'
import { s3Config } from './config.ts'
import { createS3Sink } from './sink.ts'

const never = new AbortController().signal
const SECRET = 'a-secret-access-key'
const [A, B, C] = [mapped('a', 1), mapped('b', 2), mapped('c', 86_400_000)]

async function open(settings: object = {}) {
  const double = await startS3Double()
  const config = s3Config.parse({
    bucket: 'audit',
    region: 'eu-central-1',
    endpoint: double.url,
    access_key_id: 'a-key',
    secret_access_key: SECRET,
    proxy: 'none',
    compression: 'none',
    ...settings,
  })
  const said: string[] = []
  const say = (message: string) => void said.push(message)
  const logger = { debug: say, info: say, warn: say, error: say }
  const sink = createS3Sink(config, { ...sinkContext('s3'), logger })
  return {
    double,
    sink,
    said,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await double[Symbol.asyncDispose]()
    },
  }
}

const textIn = (double: S3Double) => [...double.objects.values()].map(String).join('')
const idsIn = (double: S3Double) =>
  textIn(double)
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { id: string }).id)
const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) }
const failed = (work: Promise<unknown>) =>
  work.then(
    () => 'returned',
    (cause: unknown) => cause,
  )

// An object is refused for what the operator set, never for one of its events.
const OBJECTS = { 400: BlockedError, 413: BlockedError, 422: BlockedError }
testSinkStatuses('s3', { openAt: url => open({ endpoint: url }), otherwise: OBJECTS })

testSinkContract('s3', async settings => {
  const { double, sink, ...rest } = await open(settings)
  return {
    sink,
    secret: SECRET,
    behave: behaviour => {
      double.behaviour = behaviour
    },
    stored: () => idsIn(double),
    requests: () => double.requests.length,
    [Symbol.asyncDispose]: rest[Symbol.asyncDispose],
  }
})

test.each([
  ['gzip', gunzipSync, '.ndjson.gz'],
  ['zstd', zstdDecompressSync, '.ndjson.zst'],
  ['none', (body: Buffer) => body, '.ndjson'],
] as const)('an object in %s has one event a line', async (compression, unpack, extension) => {
  await using stage = await open({ compression })
  await stage.sink.write([A, { ...B, json: '{\n"id":"b"}' }], never)
  const [[key, body]] = [...stage.double.objects] as [[string, Buffer]]
  expect(unpack(body).toString()).toBe(`${A.json}\n{ "id":"b"}\n`)
  expect(key.endsWith(extension)).toBe(true)
  expect(stage.double.headers.get(key)?.['content-encoding']).toBe(compression === 'none' ? undefined : compression)
})

test('what the operator set about storing goes along', async () => {
  await using stage = await open({
    encryption: { type: 'aws:kms', kms_key_id: 'key-1' },
    storage_class: 'STANDARD_IA',
    acl: 'bucket-owner-full-control',
    headers: { 'x-extra': '1' },
  })
  await stage.sink.write([A], never)
  expect([...stage.double.headers.values()][0]).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
    'x-amz-storage-class': 'STANDARD_IA',
    'x-amz-acl': 'bucket-owner-full-control',
    'x-amz-meta-tailrace-events': '1',
    'x-extra': '1',
  })
})

const REFUSALS: [S3Refusal, string, string][] = [
  [{ status: 403, code: 'AccessDenied' }, 'BlockedError', 's3.denied'],
  [{ status: 403, code: 'InvalidAccessKeyId' }, 'BlockedError', 's3.unauthorized'],
  [{ status: 400, code: 'ExpiredToken' }, 'BlockedError', 's3.unauthorized'],
  [{ status: 404, code: 'NoSuchBucket' }, 'BlockedError', 's3.not_found'],
  [{ status: 400, code: 'AuthorizationHeaderMalformed' }, 'BlockedError', 's3.region'],
  [{ status: 400, code: 'KMS.DisabledException' }, 'BlockedError', 's3.kms'],
  [{ status: 400, code: 'InvalidStorageClass' }, 'BlockedError', 's3.request'],
  [{ status: 400, code: 'RequestTimeout' }, 'RetryableError', 's3.failed'],
  [{ status: 403, code: 'RequestTimeTooSkewed' }, 'RetryableError', 's3.failed'],
  [{ status: 409, code: 'OperationAborted' }, 'RetryableError', 's3.failed'],
  [{ status: 500, code: 'InternalError' }, 'RetryableError', 's3.failed'],
  [{ status: 503, code: 'ServiceUnavailable' }, 'RetryableError', 's3.busy'],
]
test.each(REFUSALS)('%j is a %s', async (refusal, name, code) => {
  await using stage = await open()
  stage.double.refusals.set('PUT', refusal)
  const error = await failed(stage.sink.write([A], never))
  expect(error).toMatchObject({ name, code, message: expect.stringContaining(`staged ${refusal.code}`) as string })
  expect(stage.double.requests).toEqual(['PUT']) // The SDK does not try again behind our back.
})

test('busy asks for the wait that the store asks for; a redirect names the right region', async () => {
  await using stage = await open()
  stage.double.behaviour = 'busy'
  expect(await failed(stage.sink.write([A], never))).toMatchObject({ code: 's3.busy', retryAfterMs: 7000 })
  stage.double.behaviour = 'redirect'
  expect(String(await failed(stage.sink.write([A], never)))).toContain('the bucket is in eu-west-1')
})

test('a write of several objects is done when all are, and tries again what is missing', async () => {
  await using stage = await open({ path: '%Y-%m-%d' })
  const events = [A, B, C]
  stage.double.refusals.set('PUT 1970-01-02', { status: 500, code: 'InternalError' })
  expect(await failed(stage.sink.write(events, never))).toMatchObject({ name: 'RetryableError' })
  expect(idsIn(stage.double)).toEqual(['a', 'b'])
  stage.double.refusals.clear()
  await stage.sink.write(events, never)
  expect(idsIn(stage.double)).toEqual(['a', 'b', 'c'])
  expect(stage.double.requests).toHaveLength(3)
})

const large = { ...A, json: JSON.stringify({ id: 'a', filler: 'x'.repeat(11 * 2 ** 20) }) }

test('a large object travels in parts and comes together again', async () => {
  await using stage = await open({ part_bytes: '5MiB' })
  await stage.sink.write([large], never)
  expect(stage.double.requests.toSorted()).toEqual(['POST complete', 'POST uploads', 'PUT part', 'PUT part', 'PUT part'])
  expect(textIn(stage.double)).toBe(`${large.json}\n`)
})

test.each([
  ['md5', 'content-md5'],
  ['sha256', 'x-amz-checksum-sha256'],
  ['crc32', 'x-amz-checksum-crc32'],
  ['none', undefined],
])('with the checksum %s every request with bytes has it', async (checksum, header) => {
  await using stage = await open({ checksum, part_bytes: '5MiB' })
  await stage.sink.write([B], never)
  const names = Object.keys([...stage.double.headers.values()][0]!).filter(name => /content-md5|x-amz-checksum-/.test(name))
  expect(names).toEqual(header === undefined ? [] : [header])
  await stage.sink.write([large], never)
  const sums = stage.double.parts.map(({ headers, body }) => [headers['content-md5'], createHash('md5').update(body).digest('base64')])
  expect(sums.every(([sent, right]) => sent === (checksum === 'md5' ? right : undefined))).toBe(true)
})

test.each(['PUT part', 'POST complete'])('parts of an upload whose %s fails are removed, and the failure is told', async kind => {
  await using stage = await open({ part_bytes: '5MiB' })
  stage.double.refusals.set(kind, { status: 403, code: 'AccessDenied' })
  expect(await failed(stage.sink.write([large], never))).toMatchObject({ code: 's3.denied' })
  expect(stage.double.requests.at(-1)).toBe('DELETE parts')
  stage.double.refusals.set('DELETE parts', { status: 500, code: 'InternalError' })
  expect(await failed(stage.sink.write([large], never))).toMatchObject({ code: 's3.denied' })
  expect(stage.said).toEqual([expect.stringContaining('lifecycle rule')])
  expect(stage.double.objects.size).toBe(0)
})

test('an abort ends requests long before their time is over', async () => {
  await using stage = await open({ request_timeout: '10m' })
  stage.double.behaviour = 'hang'
  const stop = new AbortController()
  const write = failed(stage.sink.write([A], stop.signal))
  while (stage.double.requests.length === 0) await new Promise(resolve => setImmediate(resolve))
  stop.abort(new Error('stopped'))
  expect(String(await write)).toBe('Error: stopped')
})

test('check needs no more than an answer to who we are', async () => {
  await using stage = await open()
  stage.double.refusals.set('GET', { status: 403, code: 'AccessDenied' })
  await stage.sink.check(never)
  expect(stage.said).toEqual([expect.stringContaining('may not list')])
  stage.double.refusals.set('GET', { status: 403, code: 'SignatureDoesNotMatch' })
  expect(await failed(stage.sink.check(never))).toMatchObject({ name: 'BlockedError', code: 's3.unauthorized' })
  expect(stage.double.requests).toEqual([])
})

const LOGIN = { ...A, document: { class_uid: 3002, time: 2, message: 'second', metadata: { version: '1.3.0', uid: 'a' } } }
const EARLIER = { ...B, event: mapped('b', 0).event, document: { ...LOGIN.document, time: 1, message: 'first' } }
const ROLE = { ...C, document: { ...LOGIN.document, class_uid: 3005 } }

test('parquet has one object a class and day, in the layout of Security Lake, sorted by time', async () => {
  await using stage = await open({ encoding: 'parquet', prefix: 'lake', security_lake: { account_id: '111122223333' } })
  await stage.sink.write([LOGIN, EARLIER, ROLE], never)
  expect([...stage.double.objects.keys()].map(key => key.replace(/\/[^/]*Z-[0-9a-f]{16}/, '/<name>')).toSorted()).toEqual([
    'lake/ext/tailrace-3002/region=eu-central-1/accountId=111122223333/eventDay=19700101/<name>.parquet',
    'lake/ext/tailrace-3005/region=eu-central-1/accountId=111122223333/eventDay=19700102/<name>.parquet',
  ])
  const [key, body] = [...stage.double.objects].find(([name]) => name.includes('3002'))!
  const rows = await parquetReadObjects({ file: new Uint8Array(body).buffer, compressors })
  expect(rows.map(({ message, time }) => [message, time])).toEqual([
    ['first', 1n],
    ['second', 2n],
  ])
  expect(stage.double.headers.get(key)).toMatchObject({
    'content-type': 'application/vnd.apache.parquet',
    'x-amz-meta-tailrace-events': '2',
  })
})

test.each([
  ['access_key_id: k', 'access_key_id', 'needs secret_access_key'],
  ['secret_access_key: k', 'secret_access_key', 'needs access_key_id'],
  ['session_token: k', 'session_token', 'needs access_key_id'],
  ['security_lake: {}', 'security_lake', 'encoding: parquet'],
  ['encoding: parquet, region: r, format: ecs', 'format', 'expected "ocsf"'],
  ['encoding: parquet, region: r, path: x', 'path', 'folders of Security Lake'],
  ['encoding: parquet', 'encoding', 'needs region'],
  ['encoding: parquet, region: r, security_lake: {source_name: all}', 'source_name', '{class_uid} once'],
  ['prefix: /x', 'prefix', 'without "/"'],
])('{%s} is told where %s stands', (settings, name, message) => {
  const text = `sources: {a: {type: openai_audit, api_key: k}}\nsinks: {b: {type: s3, bucket: x, ${settings}}}\n`
  const line = `sinks: {b: {type: s3, bucket: x, ${settings}}}`
  const check = () => checkConfig([{ name: 'c.yaml', text }], { registry: REGISTRY, env: {} })
  expect(check).toThrow(message)
  const column = line.indexOf(`${name}:`) + name.length + 3
  expect(check).toThrow(`c.yaml:2:${column}`)
})
