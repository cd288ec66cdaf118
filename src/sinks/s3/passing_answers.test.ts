import { expect, test } from 'vitest'
import { startS3Double } from '../../../test/doubles/s3.ts'
import { mapped } from '../../../test/support/events.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { s3Config } from './config.ts'
import { createS3Sink } from './sink.ts'

const never = new AbortController().signal
const LARGE = { ...mapped('a'), json: JSON.stringify({ id: 'a', filler: 'x'.repeat(6 * 2 ** 20) }) }

async function open() {
  const double = await startS3Double()
  const login = { access_key_id: 'a-key', secret_access_key: 'a-secret', region: 'eu-central-1' }
  const config = s3Config.parse({ bucket: 'audit', endpoint: double.url, proxy: 'none', compression: 'none', part_bytes: '5MiB', ...login })
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

test.each([
  [307, 'TemporaryRedirect', 'RetryableError', 's3.failed'],
  [307, 'Redirect', 'RetryableError', 's3.failed'],
  [301, 'PermanentRedirect', 'BlockedError', 's3.region'],
])('%i %s is a %s', async (status, code, name, told) => {
  await using stage = await open()
  stage.double.refusals.set('PUT', { status, code })
  await expect(stage.sink.write([mapped('a')], never)).rejects.toMatchObject({ name, code: told })
})

test('an upload that is gone has left no parts to be removed', async () => {
  await using stage = await open()
  for (const kind of ['PUT part', 'DELETE parts']) stage.double.refusals.set(kind, { status: 404, code: 'NoSuchUpload' })
  await expect(stage.sink.write([LARGE], never)).rejects.toMatchObject({ name: 'RetryableError', code: 's3.failed' })
  expect(stage.double.requests.at(-1)).toBe('DELETE parts')
  expect(stage.said).toEqual([])
})
