import { describe, expect, test } from 'vitest'
import { BlockedError } from '../../core/errors.ts'
import { Secret } from '../secret.ts'
import { isProxy, proxyFor } from './proxy.ts'

const HTTPS = { HTTPS_PROXY: 'http://proxy.example:3128' }
const via = (url: string, environment: Readonly<Record<string, string>>, configured?: string) =>
  proxyFor('x', new URL(url), configured === undefined ? undefined : Secret.literal(configured), environment)?.host

describe('which proxy', () => {
  test.each([
    ['none is set', 'https://a.example', {}, undefined, undefined],
    ['the one for https', 'https://a.example', HTTPS, undefined, 'proxy.example:3128'],
    ['that one is not for http', 'http://a.example', HTTPS, undefined, undefined],
    ['the one for http is not for https', 'https://a.example', { HTTP_PROXY: 'http://p:1' }, undefined, undefined],
    ['lower case goes first', 'http://a.example', { http_proxy: 'low:1', HTTP_PROXY: 'up:2' }, undefined, 'low:1'],
    ['an empty variable is none', 'https://a.example', { HTTPS_PROXY: '' }, undefined, undefined],
    ['no scheme means http', 'https://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, undefined, 'proxy.example:3128'],
    ['the configured one wins over NO_PROXY', 'https://a.example', { NO_PROXY: '*' }, 'http://own:9', 'own:9'],
    ['none wins over the environment', 'https://a.example', HTTPS, 'none', undefined],
  ])('%s', (_, url, environment, configured, host) => {
    expect(via(url, environment, configured)).toBe(host)
  })
})

describe('NO_PROXY', () => {
  test.each([
    ['*', 'https://a.example', true],
    ['a.example', 'https://a.example', true],
    ['A.Example', 'https://a.example', true],
    ['example', 'https://a.example', true],
    ['.example', 'https://a.example', true],
    ['*.example', 'https://a.example', true],
    ['b.example, a.example', 'https://a.example', true],
    ['b.example a.example', 'https://a.example', true],
    ['a.example', 'https://aa.example', false],
    ['a.example', 'https://a.example.org', false],
    ['a.example:443', 'https://a.example', true],
    ['a.example:8088', 'https://a.example', false],
    ['a.example:8088', 'https://a.example:8088', true],
    ['10.0.0.0/8', 'https://10.9.8.7', true],
    ['10.0.0.0/8', 'https://11.0.0.1', false],
    ['10.0.0.0/33', 'https://10.0.0.1', false],
    ['10.0.0.0/8', 'https://ten.example', false],
    ['0.1', 'https://10.0.0.1', false],
    ['::1', 'https://[::1]:8088', true],
    ['[::1]:8088', 'https://[::1]:8088', true],
    ['[::1]:8089', 'https://[::1]:8088', false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['', 'https://a.example', false],
  ])('%j, %s: exempt %s', (noProxy, url, exempt) => {
    expect(via(url, { ...HTTPS, NO_PROXY: noProxy }) === undefined).toBe(exempt)
  })
})

test.each(['socks5://user:hunter2@p:1', 'http://user:hunter2@', 'http://user:hunter2%@p:1'])(
  '%s is no proxy; the error says where it stands and not what (invariant 6)',
  text => {
    expect(isProxy(text)).toBe(false)
    const attempt = () => proxyFor('x', new URL('https://a.example'), undefined, { https_proxy: text })
    expect(attempt).toThrow(BlockedError)
    expect(attempt).toThrow('HTTPS_PROXY')
    expect(attempt).not.toThrow('hunter2')
  },
)
