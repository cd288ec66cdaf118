import type { Readable } from 'node:stream'
import { BlockedError, RetryableError, TailraceError, toError } from '../../core/errors.ts'
import { retryAfterMsOf } from '../../toolkit/backoff.ts'
import type { HttpAnswer } from '../../toolkit/http/answer.ts'
import { detailOf, NOTHING_DROPPED } from '../../toolkit/http/errors.ts'

/** What the SDK throws for an answer that is no success. */
interface S3Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: S3Response
}

/** What the SDK keeps of an answer. */
export interface S3Response {
  readonly statusCode: number
  readonly headers: HttpAnswer['headers']
  readonly body: Readable
  /** The body, as a message may show it. */
  readonly detail: string
}

type Say = (remedy: string) => string
/** What an operator has to mend. */
type Decide = (say: Say, options: ErrorOptions) => BlockedError

const credentials: Decide = (say, options) =>
  new BlockedError(
    's3.unauthorized',
    say('correct or renew the credentials: access_key_id and secret_access_key, or what the SDK finds by itself'),
    options,
  )
const rights: Decide = (say, options) =>
  new BlockedError('s3.denied', say('give the credentials the right s3:PutObject on the bucket and prefix, and to its KMS key'), options)
const bucket: Decide = (say, options) =>
  new BlockedError('s3.not_found', say('create the bucket, or correct bucket, endpoint and path_style'), options)
const region: Decide = (say, options) =>
  new BlockedError('s3.region', say("set region to the bucket's own, and endpoint to that of the region"), options)
const kms: Decide = (say, options) =>
  new BlockedError('s3.kms', say('look at encryption.kms_key_id, at the state of that key and at the right to use it'), options)
/** No store answers 401 or 407: a proxy does, or a gateway before the store. */
const proxy: Decide = (say, options) =>
  new BlockedError('s3.proxy', say('look at proxy and its login, or at what stands before the store'), options)
const refused: Decide = (say, options) =>
  new BlockedError('s3.request', say('look at bucket, region, endpoint, encryption, storage_class, acl and headers'), options)

/**
 * By the code in the answer: "Error responses", Amazon S3 API Reference. No event is to blame for any of them
 * (invariant 4). XAdminUserNotFound is what versitygw says for an unknown key.
 */
const MEANINGS: Readonly<Record<string, Decide>> = {
  InvalidAccessKeyId: credentials,
  XAdminUserNotFound: credentials,
  SignatureDoesNotMatch: credentials,
  ExpiredToken: credentials,
  InvalidToken: credentials,
  TokenRefreshRequired: credentials,
  CredentialsProviderError: credentials,
  TokenProviderError: credentials,
  AccessDenied: rights,
  AllAccessDisabled: rights,
  AccountProblem: rights,
  Forbidden: rights,
  NoSuchBucket: bucket,
  InvalidBucketName: bucket,
  NotFound: bucket,
  NoSuchAccessPoint: bucket,
  PermanentRedirect: region,
  AuthorizationHeaderMalformed: region,
  IllegalLocationConstraintException: region,
}

/** Passing although their status is below 500: the same request may succeed. */
const PASSING = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed', // The SDK has set its clock by the answer.
  'OperationAborted',
  'Redirect', // Of a bucket that is new, until its name is known everywhere.
  'TemporaryRedirect',
  'ConditionalRequestConflict',
  'NoSuchUpload', // The parts are gone; the next attempt begins with the first.
  'BadDigest',
  'IncompleteBody',
  'TooManyRequests',
  'ThrottlingException',
])

/** What a failed call of the SDK means. `where` is for a person: bucket and endpoint. */
export function s3Error(where: string, cause: unknown, nowMs: number): TailraceError {
  if (cause instanceof TailraceError) return cause
  const error = toError(cause) as S3Failure
  const status = error.$metadata?.httpStatusCode
  const headers = error.$response?.headers ?? {}
  const said = [status, ...wordsOf(error)].filter(part => part !== undefined && part !== '').join(' ')
  const decide = PASSING.has(error.name) ? undefined : decisionOf(error, status)
  if (decide !== undefined) {
    const own = headers['x-amz-bucket-region']
    const hint = own === undefined || decide !== region ? '' : ` (the bucket is in ${detailOf(own)})`
    const say: Say = remedy => `${where}: ${said}. To do: ${remedy}${hint}. ${NOTHING_DROPPED}`
    return decide(say, { cause })
  }
  const retryAfterMs = retryAfterMsOf(headers, nowMs)
  const message = `${where}: ${said}. It is tried again.`
  if (status === 503 || status === 429 || error.name === 'SlowDown') return new RetryableError('s3.busy', message, { cause, retryAfterMs })
  return new RetryableError('s3.failed', message, { cause, retryAfterMs })
}

/** The code and the text of an answer; all of it where it is none of a store's, of which the SDK tells its own trouble alone. */
function wordsOf({ name, message, $response }: S3Failure): readonly string[] {
  const isForeign = $response !== undefined && (name === 'Error' || message === 'UnknownError')
  return isForeign ? [$response.detail] : [name, detailOf(message).replace(/\.$/, '')]
}

/** A success of something else than an object store is no acknowledgement: nothing is known of where the object is. */
export function notS3(origin: string, { status, headers, detail }: HttpAnswer): BlockedError {
  const what = `${origin} answered ${status} as no object store does (${headers['content-type'] ?? 'no content type'}, ${headers.etag === undefined ? 'no ' : ''}ETag)`
  const remedy = `look at endpoint and proxy, and at what stands before the store. ${NOTHING_DROPPED}`
  return new BlockedError('s3.not_s3', `${what}${detail === '' ? '' : `: ${detail}`}. To do: ${remedy}`)
}

/** By the name of a failure; by its status where the name says nothing, or because there was no request. */
function decisionOf({ message, name }: Error, status: number | undefined): Decide | undefined {
  const known = MEANINGS[name] ?? (name.startsWith('KMS.') ? kms : undefined)
  if (known !== undefined) return known
  if (status === undefined) {
    if (/credential|token/i.test(name)) return credentials
    return /region is missing/i.test(message) ? region : undefined
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429) return undefined
  if (status === 301 || status === 307 || status === 308) return region
  if (status === 401 || status === 407) return proxy
  if (status === 403) return rights
  if (status === 404) return bucket
  return refused
}
