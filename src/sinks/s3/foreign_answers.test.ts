import { expect, test } from 'vitest'
import { bytesOf, serve } from '../../../test/doubles/requests.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { s3Config } from './config.ts'
import { createS3Sink } from './sink.ts'

const never = new AbortController().signal
const LARGE = { ...mapped('a'), json: JSON.stringify({ id: 'a', filler: 'x'.repeat(6 * 2 ** 20) }) }
const PAGE = '<html><body>Please log in</body></html>'

/** What something else than an object store answers to a request. */
type Answers = Readonly<Record<string, readonly [status: number, headers: Readonly<Record<string, string>>, body: string]>>

async function open(answers: Answers) {
  const server = await serve(async (request, response) => {
    await bytesOf(request)
    const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const kind = searchParams.has('uploads') ? 'create' : searchParams.has('partNumber') ? 'part' : `${request.method}`
    const [status, headers, body] = answers[kind] ?? [204, {}, '']
    response.writeHead(status, headers).end(body)
  })
  const login = { access_key_id: 'a-key', secret_access_key: 'a-secret' }
  const settings = { bucket: 'audit', region: 'eu-central-1', endpoint: server.url, proxy: 'none', compression: 'none', part_bytes: '5MiB' }
  const sink = createS3Sink(s3Config.parse({ ...settings, ...login }), sinkContext('s3'))
  return {
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const HTML = { 'content-type': 'text/html' }
const UPLOAD = '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
const CREATED = [200, { 'content-type': 'application/xml' }, UPLOAD] as const
const PART = [200, { etag: '"part"' }, ''] as const

test.each([
  ['an object', { PUT: [200, HTML, PAGE] }, mapped('a'), 'Please log in'],
  ['an object, with no word', { PUT: [200, {}, ''] }, mapped('a'), 'no content type, no ETag'],
  ['a part', { create: CREATED, part: [200, {}, ''] }, LARGE, 'no ETag'],
  ['the end of an upload', { create: CREATED, part: PART, POST: [200, HTML, PAGE] }, LARGE, 'Please log in'],
] as const)('a success that no object store gives for %s is none', async (_, answers, event, said) => {
  await using stage = await open(answers)
  await expect(stage.sink.write([event], never)).rejects.toMatchObject({
    name: 'BlockedError',
    code: 's3.not_s3',
    message: expect.stringContaining(said) as string,
  })
})

test.each([
  ['an object', mapped('a')],
  ['an object in parts', LARGE],
])('an empty answer that calls itself HTML and tells an ETag, as of OpenStack Swift, acknowledges %s', async (_, event) => {
  const taken = [201, { ...HTML, etag: '"taken"' }, ''] as const
  const end = [
    200,
    { 'content-type': 'application/xml' },
    '<CompleteMultipartUploadResult><ETag>"all"</ETag></CompleteMultipartUploadResult>',
  ] as const
  await using stage = await open({ PUT: taken, create: CREATED, part: taken, POST: end })
  await expect(stage.sink.write([event], never)).resolves.toEqual({ rejected: [], deferred: [] })
})

test.each([
  [404, HTML, PAGE, '404 <html><body>Please log in'],
  [404, { 'content-type': 'application/json' }, '{"detail":"no such route"}', '404 {"detail":"no such route"}'],
  [503, { 'retry-after': '30' }, '<html>', '503 <html>. It is tried again'],
  [403, {}, '', '403. To do'],
])('%i %j %s is told as it stands', async (status, headers, body, said) => {
  await using stage = await open({ PUT: [status, headers, body] })
  await expect(stage.sink.write([mapped('a')], never)).rejects.toThrow(said)
})
