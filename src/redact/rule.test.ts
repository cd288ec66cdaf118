import { describe, expect, test } from 'vitest'
import { Secret } from '../toolkit/secret.ts'
import { replacementOf, type Treatment } from './rule.ts'

describe('pseudonyms', () => {
  const of = (value: string, treatment: Partial<Treatment> = {}) =>
    replacementOf(value, { action: 'pseudonym', key: Secret.literal('0123456789abcdef'), keyId: 'k1', ...treatment })

  test('are the HMAC-SHA-256 by the key, and tell which key', () => {
    // printf %s user-ada | openssl dgst -sha256 -hmac 0123456789abcdef
    expect(of('user-ada')).toBe('k1:46e85517f58b96de5fceccbf50df861b')
    expect(of('user-ada', { key: Secret.literal('another key of 16'), keyId: 'k2' })).toMatch(
      /^k2:(?!46e85517f58b96de5fceccbf50df861b)[0-9a-f]{32}$/,
    )
  })

  test('of an address are those of its lower case', () => {
    expect(of('Ada@Example.com')).toBe(of('ada@example.com'))
    expect(of('ada@example.com', { keepDomain: true })).toMatch(/^k1\.[0-9a-f]{32}@example\.com$/)
    expect(of('Ada@EXAMPLE.com', { keepDomain: true })).toBe(of('ada@example.com', { keepDomain: true }))
    expect(of('no address', { keepDomain: true })).toMatch(/^k1:[0-9a-f]{32}$/)
  })

  test.each([
    ['203.0.113.9', '203.0.113.0'],
    ['255.255.255.255', '255.255.255.0'],
    ['2001:db8:1:2::7', '2001:db8:1::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::'],
    ['1:2:3:4:5:6:7:8', '1:2:3::'],
    ['::1', '::'],
    ['::ffff:203.0.113.9', '::ffff:203.0.113.0'],
    ['::', '::'],
  ])('%s keeps its network %s', (address, network) => {
    expect(of(address, { keepPrefix: { ipv4: 24, ipv6: 48 } })).toBe(network)
  })

  test('other prefixes', () => {
    expect(of('203.0.113.9', { keepPrefix: { ipv4: 30, ipv6: 48 } })).toBe('203.0.113.8')
    expect(of('203.0.113.9', { keepPrefix: { ipv4: 0, ipv6: 0 } })).toBe('0.0.0.0')
    expect(of('2001:db8:ffff::1', { keepPrefix: { ipv4: 0, ipv6: 33 } })).toBe('2001:db8:8000::')
    expect(of('203.0.113.9:80', { keepPrefix: { ipv4: 24, ipv6: 48 } })).toMatch(/^k1:/)
  })
})

test('masks keep what they are told to', () => {
  expect(replacementOf('Ada@Example.com', { action: 'mask', keepDomain: true })).toBe('redacted@Example.com')
  expect(replacementOf('203.0.113.9', { action: 'mask', keepPrefix: { ipv4: 16, ipv6: 32 } })).toBe('203.0.0.0')
  expect(replacementOf('203.0.113.9', { action: 'drop' })).toBe('[redacted]')
})
