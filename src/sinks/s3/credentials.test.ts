import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startS3Double } from '../../../test/doubles/s3.ts'
import { mapped } from '../../../test/support/events.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { sinkContext } from '../../../test/support/sink_context.ts'
import { s3Config } from './config.ts'
import { createS3Sink } from './sink.ts'

const never = new AbortController().signal

function stubEnvironment(set: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(set)) vi.stubEnv(name, value)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']) vi.stubEnv(name, undefined)
  onTestFinished(() => void vi.unstubAllEnvs())
}

const context = sinkContext('s3')

test('a region that is added to the shared file is seen', async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'config')
  stubEnvironment({ AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: join(folder.path, 'none'), AWS_EC2_METADATA_DISABLED: 'true' })
  await using double = await startS3Double()
  const login = { access_key_id: 'a-key', secret_access_key: 'a-secret' }
  await using sink = createS3Sink(s3Config.parse({ bucket: 'audit', endpoint: double.url, proxy: 'none', ...login }), context)
  writeFileSync(file, '[default]\n')
  await expect(sink.write([mapped('a')], never)).rejects.toMatchObject({ name: 'BlockedError', code: 's3.region' })
  writeFileSync(file, '[default]\nregion = eu-north-1\n')
  await sink.write([mapped('a')], never)
  expect([...double.headers.values()].map(({ authorization }) => authorization)).toEqual([expect.stringContaining('/eu-north-1/s3/')])
})

test.each([
  ['that is wrong at first', 'InvalidAccessKeyId', 's3.unauthorized'],
  ['that has expired', 'ExpiredToken', 's3.unauthorized'],
  ['without rights', 'AccessDenied', 's3.denied'],
])('a login of a shared file %s is read again when it was refused', async (_, code, told) => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'credentials')
  const login = (id: string) => writeFileSync(file, `[audit]\naws_access_key_id = ${id}\naws_secret_access_key = a-secret\n`)
  const environment = { AWS_PROFILE: 'audit', AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: join(folder.path, 'none') }
  stubEnvironment(environment)
  await using double = await startS3Double()
  const config = s3Config.parse({ bucket: 'audit', region: 'eu-central-1', endpoint: double.url, proxy: 'none' })
  await using sink = createS3Sink(config, context)

  login('an-old-key')
  double.refusals.set('PUT', { status: 403, code })
  await expect(sink.write([mapped('a')], never)).rejects.toMatchObject({ name: 'BlockedError', code: told })
  double.refusals.clear()
  login('a-new-key')
  await sink.write([mapped('a')], never)
  expect([...double.headers.values()].map(({ authorization }) => authorization)).toEqual([expect.stringContaining('=a-new-key/')])
})
