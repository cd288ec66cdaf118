import { BatchRefusedError, BlockedError, RetryableError, type TailraceError, toError } from '../../core/errors.ts'
import { retryAfterMsOf } from '../backoff.ts'
import { tlsRefusal, tlsRemedy } from '../tls.ts'
import type { HttpAnswer } from './answer.ts'

const DETAIL_CHARACTERS_MAX = 200

/** A text of the other side's, on one line and cut to a bound, fit for a message. */
export function detailOf(text: string): string {
  const line = text
    .slice(0, 8 * DETAIL_CHARACTERS_MAX)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return line.length > DETAIL_CHARACTERS_MAX ? `${line.slice(0, DETAIL_CHARACTERS_MAX)}…` : line
}

/**
 * HTTP's own meaning of a status (RFC 9110). A destination with habits of its own decides before it asks here.
 * Only what is about the content of a request may refuse the events; every other refusal is about how it is
 * sent, so no event is to blame (invariant 4).
 */
export function httpError(component: string, url: URL, answer: HttpAnswer, nowMs: number): TailraceError {
  const { status, headers, detail } = answer
  const what = `${url.origin}${url.pathname} answered ${status}${detail === '' ? '' : `: ${detail}`}.`
  const retryAfterMs = retryAfterMsOf(headers, nowMs)
  switch (status) {
    case 400:
      // What servers say when http:// is spoken to a port for TLS.
      if (url.protocol === 'http:' && /https (port|server)/i.test(detail))
        return new BlockedError(`${component}.tls`, `${what} Write https:// into url. ${NOTHING_DROPPED}`)
      return new BatchRefusedError(`${component}.refused`, what)
    case 413:
    case 422:
      return new BatchRefusedError(`${component}.refused`, what)
    case 408:
    case 425:
    case 429:
      return new RetryableError(`${component}.busy`, what, { retryAfterMs })
    case 401:
    case 402:
    case 403:
    case 407:
      return new BlockedError(`${component}.denied`, `${what} Look at the credentials and their rights. ${NOTHING_DROPPED}`)
    case 404:
    case 405:
    case 410:
    case 421:
      return new BlockedError(`${component}.not_found`, `${what} Look at url. ${NOTHING_DROPPED}`)
  }
  if (status >= 500) return new RetryableError(`${component}.failed`, what, { retryAfterMs })
  if (status >= 300 && status < 400) {
    // A query may hold a token, and what stands before the host a password (invariant 6).
    const address = headers.location?.replace(/[?#].*/s, '').replace(/\/\/[^/]*@/, '//')
    const target = address === undefined ? '' : ` to ${detailOf(address)}`
    return new BlockedError(
      `${component}.redirected`,
      `${what} It redirects${target}, which is not followed: write the final address into url. ${NOTHING_DROPPED}`,
    )
  }
  return new BlockedError(
    `${component}.unexpected`,
    `${what} Look at url, compression and headers, and at what stands between here and there. ${NOTHING_DROPPED}`,
  )
}

/** The end of every message that waits for an operator. */
export const NOTHING_DROPPED = 'Nothing is dropped, and it goes on by itself when that is mended.'

/** A message for who asks once, and does not go on by itself. */
export function askedOnce(message: string): string {
  return message.replace(` ${NOTHING_DROPPED}`, '').replace(AGAIN, (_, first: string, rest: string) => `${first.toUpperCase()}${rest}.`)
}

const AGAIN = /It is tried again(?:; if this goes on,|;|, and what is sent may be stored each time:) (\w)([^.]*?)(?:,? if this goes on)?\.$/

/**
 * What kept an answer from coming. A refusal of TLS, of a proxy or of our own header waits for an operator,
 * everything else may pass.
 */
export function networkError(component: string, url: URL, cause: unknown, proxyHost?: string): TailraceError {
  const error = toError(cause)
  const code = codeOf(error)
  const why = code === undefined ? detailOf(error.message) : `${code}, ${detailOf(error.message)}`
  const host = proxyHost === undefined ? hostAndPort(url) : `${hostAndPort(url)} through the proxy ${proxyHost}`
  const refusal = tlsRefusal(error)
  if (refusal !== undefined) {
    const message = `There is no TLS connection to ${host} (${why}): ${tlsRemedy(refusal)}. ${NOTHING_DROPPED}`
    return new BlockedError(`${component}.tls`, message, { cause })
  }
  if (isTlsAnswer(error)) {
    const message = `${host} speaks TLS, and url says http:// (${why}): write https:// into url. ${NOTHING_DROPPED}`
    return new BlockedError(`${component}.tls`, message, { cause })
  }
  const proxyStatus = proxyStatusOf(error)
  if (proxyStatus >= 400 && proxyStatus < 500) {
    const message = `The proxy ${proxyHost} refused to connect to ${hostAndPort(url)} (status ${proxyStatus}): look at proxy, its login and its rules. ${NOTHING_DROPPED}`
    return new BlockedError(`${component}.proxy`, message, { cause })
  }
  if (code !== undefined && INVALID_HEADERS.has(code)) {
    const message = `No request to ${host} could be made (${why}): look at the headers, keys and tokens for characters that no header may hold, and for headers that are not for settings. ${NOTHING_DROPPED}`
    return new BlockedError(`${component}.header`, message, { cause })
  }
  const message = `No answer from ${host} (${why}). ${passingRemedy(error, code)}`
  return new RetryableError(`${component}.unreachable`, message, { cause })
}

/** What to do about what may pass by itself, if it does not. */
function passingRemedy(error: Error, code: string | undefined): string {
  if (isContinue(error)) {
    return 'It sends 100 Continue, for which nobody asked, and what comes behind that is not read. It is tried again, and what is sent may be stored each time: look at the host, and at what stands before it, if this goes on.'
  }
  if (code === 'EMFILE')
    return 'This process may open no more files: raise its limit (ulimit -n, LimitNOFILE) if this goes on. It is tried again.'
  return 'It is tried again; look at the address, the network and the host if this goes on.'
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`
}

function codeOf(error: Error): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as NodeJS.ErrnoException
    if (typeof code === 'string') return code
    if (at instanceof AggregateError && at.errors[0] instanceof Error) return codeOf(at.errors[0])
  }
  return undefined
}

/** Of undici and of Node. */
const INVALID_HEADERS = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
])

/** The first bytes of a TLS alert (RFC 8446, 5.1), where an HTTP answer should have begun. */
function isTlsAnswer(error: Error): boolean {
  const { data, rawPacket } = error as { data?: unknown; rawPacket?: unknown }
  if (Buffer.isBuffer(rawPacket)) return rawPacket[0] === 0x15 && rawPacket[1] === 0x03
  return error.name === 'HTTPParserError' && typeof data === 'string' && data.startsWith('\x15\x03')
}

/** The only answer to a request that undici gives this name. */
function isContinue(error: Error): boolean {
  return codeOf(error) === 'UND_ERR_SOCKET' && error.message === 'bad response'
}

/** undici tells the status of a refused CONNECT in words alone. 0 when there was none. */
function proxyStatusOf(error: Error): number {
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  if (code === 'ERR_PROXY_TUNNEL' && typeof statusCode === 'number') return statusCode
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const [, status] = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(at.message) ?? []
    if (status !== undefined) return Number(status)
  }
  return 0
}

/** The whole of a request took longer than it may. */
export function timeoutError(component: string, url: URL, timeoutMs: number, cause?: unknown): RetryableError {
  const message = `${url.host} did not finish its answer within ${timeoutMs} ms. It is tried again; set request_timeout higher if this goes on.`
  return new RetryableError(`${component}.timeout`, message, { cause })
}

/** A success longer than is read. */
export function tooLargeError(component: string, url: URL, bytesMax: number): RetryableError {
  const message = `The answer of ${url.host} is larger than ${bytesMax} bytes; it was cut off. It is tried again; if this goes on, look at url, or, for a source, set page_size lower.`
  return new RetryableError(`${component}.answer_too_large`, message)
}
