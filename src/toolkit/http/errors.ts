import { BatchRefusedError, BlockedError, RetryableError, type TailraceError } from '../../core/errors.ts'
import { parseRetryAfterMs } from '../backoff.ts'

const DETAIL_CHARACTERS_MAX = 200

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** A text of the other side's, on one line and cut to a bound, fit for a message. */
export function detailOf(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim()
  return line.length > DETAIL_CHARACTERS_MAX ? `${line.slice(0, DETAIL_CHARACTERS_MAX)}…` : line
}

/** HTTP's own meaning of a status (RFC 9110). A destination with habits of its own decides before it asks here. */
export function httpError(component: string, url: URL, { status, headers, text }: HttpAnswer, nowMs: number): TailraceError {
  const what = `${url.origin}${url.pathname} answered ${status}${text === '' ? '' : `: ${detailOf(text)}`}.`
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs)
  if (status === 408 || status === 425 || status === 429) return new RetryableError(`${component}.busy`, what, { retryAfterMs })
  if (status >= 500) return new RetryableError(`${component}.failed`, what, { retryAfterMs })
  if (status === 401 || status === 403 || status === 407) {
    return new BlockedError(
      `${component}.denied`,
      `${what} Look at the credentials; nothing is dropped, and it goes on when they are right.`,
    )
  }
  if (status >= 300 && status < 400) {
    const target = headers.location === undefined ? '' : ` It points to ${detailOf(headers.location)}.`
    return new BlockedError(`${component}.redirected`, `${what}${target} Redirects are not followed: write the final address into url.`)
  }
  if (status === 404 || status === 405) {
    return new BlockedError(`${component}.not_found`, `${what} Look at url; nothing is dropped, and it goes on when the address is right.`)
  }
  return new BatchRefusedError(`${component}.refused`, what)
}

const TLS_CODES = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/

/** What kept an answer from coming: a refusal of TLS waits for an operator, everything else may pass. */
export function networkError(component: string, url: URL, cause: unknown): TailraceError {
  const error = cause instanceof Error ? cause : new Error(String(cause))
  const code = codeOf(error)
  const why = code === undefined ? detailOf(error.message) : `${code}, ${detailOf(error.message)}`
  if (code !== undefined && TLS_CODES.test(code)) {
    const remedy = 'Look at the certificate of the host and at tls.ca_file, tls.cert_file and tls.server_name.'
    return new BlockedError(`${component}.tls`, `${url.host} and this program agree on no TLS connection (${why}). ${remedy}`, { cause })
  }
  const message = `No answer from ${url.host} (${why}). It is tried again; look at the address, the network and the host if this goes on.`
  return new RetryableError(`${component}.unreachable`, message, { cause })
}

function codeOf(error: Error): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string') return code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0])
  }
  return undefined
}
