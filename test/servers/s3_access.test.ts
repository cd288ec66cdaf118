import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { s3 } from '../../src/sinks/s3/index.ts'
import { startStsDouble } from '../doubles/sts.ts'
import { temporaryFolder } from '../support/folder.ts'
import { Bucket } from './bucket.ts'
import { openSink, someEvents } from './shipping.ts'
import { StagedProgram } from './staged_program.ts'
import { startTinyproxy } from './tinyproxy.ts'

const never = new AbortController().signal
const failed = (work: Promise<unknown>) =>
  work.then(
    () => 'returned',
    (cause: unknown) => cause,
  )

/** Without the keys: the SDK has to find them. */
function keylessSettings(bucket: Bucket) {
  const { access_key_id: _, secret_access_key: __, ...settings } = bucket.settings
  return { type: 's3', ...settings, format: 'raw' }
}

const clean = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: '', AWS_EC2_METADATA_DISABLED: 'true' }
const idsIn = (bucket: Bucket) => bucket.keys().flatMap(key => bucket.lines(key).map(({ id }) => id as string))

test('credentials of the environment, of a shared file and of a web identity are found', async () => {
  await using bucket = await Bucket.open()
  const { accessKeyId, secretAccessKey } = bucket.server
  await using sts = await startStsDouble(bucket.server)
  using folder = temporaryFolder()
  const [shared, token] = [join(folder.path, 'credentials'), join(folder.path, 'token')]
  writeFileSync(shared, `[audit]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`)
  writeFileSync(token, 'a-web-identity-token')
  const environments = [
    { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    { AWS_SHARED_CREDENTIALS_FILE: shared, AWS_PROFILE: 'audit' },
    { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/audit', AWS_ENDPOINT_URL_STS: sts.url },
  ]
  for (const [index, environment] of environments.entries()) {
    await using staged = await StagedProgram.open({ events: 50, sinks: { lake: { ...keylessSettings(bucket), prefix: `by-${index}` } } })
    await using program = staged.startWith({ ...clean, ...environment }, 'run', '--once')
    expect(await program.end()).toMatchObject({ code: 0 })
    expect(bucket.keys().filter(key => key.startsWith(`by-${index}/`)).length).toBeGreaterThan(0)
  }
  expect(sts.requests[0]?.get('WebIdentityToken')).toBe('a-web-identity-token')
  expect(idsIn(bucket)).toHaveLength(150)
})

test('no credentials anywhere block and say what to do', async () => {
  await using bucket = await Bucket.open()
  await using staged = await StagedProgram.open({ events: 5, sinks: { lake: keylessSettings(bucket) } })
  using folder = temporaryFolder()
  const nowhere = join(folder.path, 'none')
  const environment = { ...clean, AWS_SHARED_CREDENTIALS_FILE: nowhere, AWS_CONFIG_FILE: nowhere }
  await using program = staged.startWith(environment, 'check')
  const { code, out } = await program.end()
  expect(code).toBe(69)
  expect(out).toMatch(/correct or renew the credentials/)
})

test('through a proxy with a login', async () => {
  await using bucket = await Bucket.open()
  await using proxy = await startTinyproxy({ login: { user: 'puser', password: 'a-proxy-password' } })
  const through = (password: string) => ({ ...bucket.settings, proxy: `http://puser:${password}@${new URL(proxy.url).host}` })
  await using refused = await openSink(s3, through('wrong-password'), 'raw')
  const error = await failed(refused.sink.write(someEvents(3), never))
  expect(error).toMatchObject({ name: 'BlockedError', code: 's3.proxy' })
  expect(String(error)).not.toContain('wrong-password')
  await using opened = await openSink(s3, through('a-proxy-password'), 'raw')
  await opened.sink.write(someEvents(3), never)
  expect(idsIn(bucket)).toEqual(['e0', 'e1', 'e2'])
})

test('into a bucket that locks what it holds', async () => {
  await using bucket = await Bucket.open()
  const { url, region, accessKeyId, secretAccessKey } = bucket.server
  const owner = new S3Client({ endpoint: url, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  await owner.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }))
  const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } as const
  const configuration = { Bucket: 'locked', ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule } } as const
  await owner.send(new PutObjectLockConfigurationCommand(configuration))
  owner.destroy()
  await using opened = await openSink(s3, { ...bucket.settings, bucket: 'locked' }, 'raw')
  await opened.sink.write(someEvents(3), never)
  await opened.sink.write(someEvents(4), never) // A new version in the place of the first, which stays below it.
})
