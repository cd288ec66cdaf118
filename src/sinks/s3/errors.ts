import { BlockedError, RetryableError, TailraceError, toError } from '../../core/errors.ts'
import { parseRetryAfterMs } from '../../toolkit/backoff.ts'
import { detailOf } from '../../toolkit/http/errors.ts'

/** What the SDK throws for an answer that is no success. */
interface S3Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
}

interface Meaning {
  readonly code: string
  readonly remedy: string
}

const CREDENTIALS: Meaning = {
  code: 's3.denied',
  remedy: 'correct or renew the credentials: access_key_id and secret_access_key, or what the SDK finds by itself',
}
const RIGHTS: Meaning = {
  code: 's3.denied',
  remedy: 'give the credentials the right s3:PutObject on the bucket and prefix, and to its KMS key',
}
const BUCKET: Meaning = { code: 's3.not_found', remedy: 'create the bucket, or correct bucket, endpoint and path_style' }
const REGION: Meaning = { code: 's3.region', remedy: "set region to the bucket's own, and endpoint to that of the region" }
/** No store answers 401 or 407: a proxy does, or a gateway before the store. */
const PROXY: Meaning = { code: 's3.proxy', remedy: 'look at proxy and its login, or at what stands before the store' }
const KMS: Meaning = { code: 's3.kms', remedy: 'look at encryption.kms_key_id, at the state of that key and at the right to use it' }

/**
 * By the code in the answer: "Error responses", Amazon S3 API Reference. No event is to blame for any of them
 * (invariant 4). XAdminUserNotFound is what versitygw says for an unknown key.
 */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  InvalidAccessKeyId: CREDENTIALS,
  XAdminUserNotFound: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  TokenRefreshRequired: CREDENTIALS,
  CredentialsProviderError: CREDENTIALS,
  TokenProviderError: CREDENTIALS,
  AccessDenied: RIGHTS,
  AllAccessDisabled: RIGHTS,
  AccountProblem: RIGHTS,
  Forbidden: RIGHTS,
  NoSuchBucket: BUCKET,
  InvalidBucketName: BUCKET,
  NotFound: BUCKET,
  NoSuchAccessPoint: BUCKET,
  PermanentRedirect: REGION,
  AuthorizationHeaderMalformed: REGION,
  IllegalLocationConstraintException: REGION,
}

/** Passing although their status is below 500: the same request may succeed. */
const PASSING = new Set([
  'RequestTimeout',
  'RequestTimeTooSkewed', // The SDK has set its clock by the answer.
  'OperationAborted',
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
  const said = [status, error.name, detailOf(error.message)].filter(part => part !== undefined && part !== '').join(' ')
  const meaning = MEANINGS[error.name] ?? (error.name.startsWith('KMS.') ? KMS : undefined) ?? meaningOf(error, status)
  if (meaning !== undefined && !PASSING.has(error.name)) {
    const region = headers['x-amz-bucket-region']
    const hint = region === undefined || meaning !== REGION ? '' : ` (the bucket is in ${detailOf(region)})`
    const message = `${where}: ${said}. To do: ${meaning.remedy}${hint}. Nothing is dropped, and it goes on by itself when that is mended.`
    return new BlockedError(meaning.code, message, { cause })
  }
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs)
  const code = status === 503 || status === 429 || error.name === 'SlowDown' ? 's3.busy' : 's3.failed'
  return new RetryableError(code, `${where}: ${said}. It is tried again.`, { cause, retryAfterMs })
}

/** Of a failure whose name says nothing: by its status, or because there was no request. */
function meaningOf({ message, name }: Error, status: number | undefined): Meaning | undefined {
  if (status === undefined) {
    if (/credential|token/i.test(name)) return CREDENTIALS
    return /region is missing/i.test(message) ? REGION : undefined
  }
  if (PASSING.has(name) || status >= 500 || status === 408 || status === 425 || status === 429) return undefined
  if (status === 301 || status === 307 || status === 308) return REGION
  if (status === 401 || status === 407) return PROXY
  if (status === 403) return RIGHTS
  if (status === 404) return BUCKET
  return { code: 's3.refused', remedy: 'look at bucket, region, endpoint, encryption, storage_class, acl and headers' }
}
