import { expect, test } from 'vitest'
import { askedOnce, httpError, networkError, timeoutError, tooLargeError } from './errors.ts'

const URL_HTTPS = new URL('https://siem.example/in?token=hidden')
const answered = (status: number, detail = '', headers = {}) => ({
  status,
  headers,
  detail,
  text: detail,
  bytes: Buffer.alloc(0),
  shown: () => detail,
})
const classOf = (status: number) => httpError('x', URL_HTTPS, answered(status), 0).name

// Goal: only what is about the content of a request refuses events (invariant 4).
test.each([
  ['BatchRefusedError', [400, 413, 422]],
  ['RetryableError', [408, 425, 429, 500, 502, 503, 504, 507, 599]],
  [
    'BlockedError',
    [300, 301, 302, 304, 307, 308, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 414, 415, 417, 421, 426, 431, 451],
  ],
])('%s: %j', (name, statuses) => {
  expect(statuses.filter(status => classOf(status) !== name)).toEqual([])
})

test.each([
  [[401, 402, 403, 407], 'denied'],
  [[404, 405, 410, 421], 'not_found'],
  [[415, 431], 'unexpected'],
  [[301, 308], 'redirected'],
  [[408, 425, 429], 'busy'],
  [[500, 503], 'failed'],
])('%j: %s', (statuses, what) => {
  expect(statuses.map(status => httpError('x', URL_HTTPS, answered(status), 0).code)).toEqual(statuses.map(() => `x.${what}`))
})

test.each([
  ['http://siem.example', 'x.tls'],
  ['https://siem.example', 'x.refused'],
])('a 400 of %s that speaks of HTTPS is %s', (url, code) => {
  const answer = answered(400, 'The plain HTTP request was sent to HTTPS port')
  expect(httpError('x', new URL(url), answer, 0).code).toBe(code)
})

test.each([
  ['Proxy response (502) !== 200 when HTTP Tunneling', 'RetryableError'],
  ['Proxy response (403) !== 200 when HTTP Tunneling', 'BlockedError'],
  ['Proxy Authentication Required (407) !== 200 when HTTP Tunneling', 'BlockedError'],
])('"%s" is a %s', (message, name) => {
  expect(networkError('x', URL_HTTPS, new Error(message), 'proxy:3128').name).toBe(name)
})

test('a limit of this process is no fault of the network', () => {
  const error = networkError('x', URL_HTTPS, Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' }))
  expect([error.code, error.message]).toEqual(['x.unreachable', expect.stringContaining('raise its limit (ulimit -n')])
  expect(error.message).not.toContain('the network')
})

test.each([
  ['of one address', Object.assign(new Error('no'), { code: 'ECONNREFUSED' })],
  ['below another error', new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) })],
  ['of several addresses', new AggregateError([Object.assign(new Error('no'), { code: 'ECONNREFUSED' })], 'all failed')],
])('the code of a failure is told: %s', (_, cause) => {
  const error = networkError('x', URL_HTTPS, cause)
  expect(error).toMatchObject({ name: 'RetryableError', code: 'x.unreachable' })
  expect(error.message).toContain('No answer from siem.example:443 (ECONNREFUSED, ')
})

const networkFault = (message: string, code: string) => networkError('x', URL_HTTPS, Object.assign(new Error(message), { code }))

test.each([
  [httpError('x', URL_HTTPS, answered(401), 0), 'Look at the credentials and their rights.'],
  [httpError('x', URL_HTTPS, answered(503, 'busy'), 0), 'answered 503: busy.'],
  [networkFault('no', 'ECONNREFUSED'), '(ECONNREFUSED, no). Look at the address, the network and the host.'],
  [networkFault('bad response', 'UND_ERR_SOCKET'), 'is not read. Look at the host, and at what stands before it.'],
  [timeoutError('x', URL_HTTPS, 5), 'within 5 ms. Set request_timeout higher.'],
  [tooLargeError('x', URL_HTTPS, 5), 'it was cut off. Look at url, or, for a source, set page_size lower.'],
])('who asks once is promised nothing: %s', ({ message }, end) => {
  const said = askedOnce(message)
  expect(said.endsWith(end), said).toBe(true)
  expect(said).not.toMatch(/tried again|goes on/)
})
