import { expect, test } from 'vitest'
import { addressKey, networkOf } from './network.ts'

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:cb00:7109', '203.0.113.9'],
  ['2001:0db8::0001', '8193:3512:0:0:0:0:0:1'],
  ['1::ffff:cb00:7109', '1:0:0:0:0:65535:51968:28937'],
  ['::cb00:7109', '0:0:0:0:0:0:51968:28937'],
  ['fe80::1%eth0', undefined],
  ['203.0.113', undefined],
])('%s is compared by %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

test.each([
  ['203.0.113.9', '203.0.113.0'],
  ['::ffff:203.0.113.9', '::ffff:203.0.113.0'],
  ['2001:db8:1:2::3', '2001:db8:1::'],
  ['::1', '::'],
  ['fe80::1%eth0', undefined],
  ['ada', undefined],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address, { ipv4: 24, ipv6: 48 })).toBe(network)
})
