import { createHash } from 'node:crypto'
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { s3 } from '../../src/sinks/s3/index.ts'
import { mapped } from '../support/events.ts'
import { Bucket } from './bucket.ts'
import { openSink, ship, someEvents } from './shipping.ts'
import { startVersitygw } from './versitygw.ts'

const never = new AbortController().signal
const DAY_MS = 86_400_000
const failed = (work: Promise<unknown>) =>
  work.then(
    () => 'returned',
    (cause: unknown) => cause,
  )

test('events stand in the folder of their own day, byte for byte, with their count and digest', async () => {
  await using bucket = await Bucket.open()
  await using opened = await openSink(s3, { ...bucket.settings, prefix: 'openai' }, 'raw')
  const events = [mapped('a', 0), mapped('b', 1), mapped('late', -1), mapped('c', DAY_MS)]
  await opened.sink.check(never)
  expect(bucket.keys()).toEqual([])
  expect(await opened.sink.write(events, never)).toEqual({ rejected: [], deferred: [] })
  const keys = bucket.keys()
  expect(keys.map(key => key.replace(/[0-9a-f]{16}/, '<hash>'))).toEqual([
    'openai/source=acme/day=1969-12-31/19691231T235959.999Z-<hash>.ndjson.gz',
    'openai/source=acme/day=1970-01-01/19700101T000000.000Z-<hash>.ndjson.gz',
    'openai/source=acme/day=1970-01-02/19700102T000000.000Z-<hash>.ndjson.gz',
  ])
  expect(bucket.lines(keys[1]!)).toEqual([events[0]!.document, events[1]!.document])
  const { url, region, accessKeyId, secretAccessKey } = bucket.server
  const reader = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  const { Metadata, ContentType, ContentEncoding } = await reader.send(new HeadObjectCommand({ Bucket: 'audit', Key: keys[1]! }))
  expect(Metadata).toEqual({ 'tailrace-events': '2', 'tailrace-sha256': createHash('sha256').update(bucket.read(keys[1]!)).digest('hex') })
  expect([ContentType, ContentEncoding]).toEqual(['application/x-ndjson', 'gzip'])
  reader.destroy()
})

test('a batch that is written again takes the place of what was there', async () => {
  await using bucket = await Bucket.open()
  await using opened = await openSink(s3, bucket.settings, 'raw')
  const events = someEvents(300)
  await opened.sink.write(events.slice(0, 200), never)
  const keys = bucket.keys()
  await opened.sink.write(events, never)
  expect(bucket.keys()).toEqual(keys)
  expect(keys.flatMap(key => bucket.lines(key).map(({ id }) => id))).toEqual(events.map(({ event }) => event.id))
})

test.each(['md5', 'crc32', 'sha256', 'none'])('a large object travels in parts, with the checksum %s', async checksum => {
  await using bucket = await Bucket.open()
  await using opened = await openSink(s3, { ...bucket.settings, part_bytes: '5MiB', compression: 'none', checksum }, 'raw')
  const event = mapped('large')
  await opened.sink.write([{ ...event, json: JSON.stringify({ id: 'large', text: 'x'.repeat(12 * 2 ** 20) }) }], never)
  const [key] = bucket.keys()
  const { url, region, accessKeyId, secretAccessKey } = bucket.server
  const reader = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  const { ETag, Metadata } = await reader.send(new HeadObjectCommand({ Bucket: 'audit', Key: key! }))
  expect(ETag).toMatch(/-3"$/)
  expect(Metadata?.['tailrace-sha256']).toBe(createHash('sha256').update(bucket.read(key!)).digest('hex'))
  expect((JSON.parse(bucket.read(key!).toString()) as { text: string }).text).toHaveLength(12 * 2 ** 20)
  expect(bucket.partsLeft()).toEqual([])
  reader.destroy()
})

test.each([
  ['the secret', { secret_access_key: 'wrong-secret' }, 's3.unauthorized', 'SignatureDoesNotMatch'],
  ['the key', { access_key_id: 'nobody' }, 's3.unauthorized', 'XAdminUserNotFound'],
  ['the bucket', { bucket: 'nowhere' }, 's3.not_found', 'NoSuchBucket'],
  ['the region', { region: 'us-east-1' }, 's3.region', 'AuthorizationHeaderMalformed'],
])('%s being wrong blocks, says what to do and no secret', async (_, wrong, code, said) => {
  await using bucket = await Bucket.open()
  const settings = { ...bucket.settings, ...wrong }
  await using opened = await openSink(s3, settings, 'raw')
  for (const attempt of [() => opened.sink.write(someEvents(3), never), () => opened.sink.check(never)]) {
    const error = await failed(attempt())
    expect(error).toMatchObject({ name: 'BlockedError', code, message: expect.stringContaining(said) as string })
    expect(String(error)).toContain('To do: ')
    expect(String(error)).not.toContain(settings.secret_access_key)
  }
  expect(bucket.keys()).toEqual([])
})

test('over TLS an authority of one’s own has to be named', async () => {
  await using server = await startVersitygw({ tls: true })
  const { url, region, accessKeyId, secretAccessKey } = server
  const settings = { bucket: 'audit', endpoint: url, region, access_key_id: accessKeyId, secret_access_key: secretAccessKey, proxy: 'none' }
  await using stranger = await openSink(s3, settings, 'raw')
  expect(await failed(stranger.sink.check(never))).toMatchObject({ name: 'BlockedError', code: 's3.tls' })
  await using known = await openSink(s3, { ...settings, tls: { ca_file: server.ca! } }, 'raw')
  expect(await failed(known.sink.check(never))).toMatchObject({ code: 's3.not_found' })
})

test('a server that goes away and comes back gets everything once', async () => {
  await using bucket = await Bucket.open()
  await using opened = await openSink(s3, bucket.settings, 'raw')
  const events = someEvents(1000)
  let starting = Promise.resolve()
  const { rejected, retries } = await ship(opened.sink, events, {
    batchEvents: 100,
    before: async batch => {
      if (batch !== 5) return
      await bucket.server.kill()
      starting = new Promise(resolve => setTimeout(resolve, 300)).then(() => bucket.server.start())
    },
  })
  await starting
  expect([rejected, new Set(retries)]).toEqual([[], new Set(['s3.unreachable'])])
  const ids = bucket.keys().flatMap(key => bucket.lines(key).map(({ id }) => id as string))
  expect(ids.toSorted()).toEqual(events.map(({ event }) => event.id).toSorted())
})
