import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../core/json.ts'
import { ipAddress, isEmpty, number, text, texts } from './values.ts'

describe('ipAddress', () => {
  test.each(['203.0.113.7', '::', '2001:db8::7', '::ffff:203.0.113.7', '1:2:3:4:5:6:7:8', '0000:0000:0000:0000:0000:ffff:0.0.100.10'])(
    'takes %s',
    value => {
      expect(ipAddress(value)).toBe(value)
    },
  )

  test.each([
    undefined,
    '',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    ' 203.0.113.7',
    '203.0.113.7/24',
    'fe80::1%eth0',
    '0000:0000:0000:0000:0000:ffff:203.0.113.107',
  ])('refuses %s', value => {
    expect(ipAddress(value)).toBeUndefined()
  })
})

test.each<[JsonValue | undefined, string | undefined]>([
  ['a', 'a'],
  [12, '12'],
  [-1, '-1'],
  ['', undefined],
  [1.5, undefined],
  [2 ** 53, undefined],
  [true, undefined],
  [null, undefined],
  [['a'], undefined],
])('text of %j is %j', (value, expected) => {
  expect(text(value)).toBe(expected)
})

test.each<[JsonValue | undefined, number | undefined]>([
  [1.5, 1.5],
  ['37.77490', 37.7749],
  ['-122', -122],
  [' 7 ', 7],
  ['1e3', undefined],
  ['0x10', undefined],
  ['', undefined],
  ['NaN', undefined],
  [{}, undefined],
  ['+7', 7],
  ['1'.repeat(20), Number('1'.repeat(20))],
  ['1'.repeat(21), undefined],
  [`0.${'1'.repeat(30)}`, 0.1111111111111111],
  [`0.${'1'.repeat(31)}`, undefined],
  ['1'.repeat(1000), undefined],
  [Number.NaN, undefined],
  [[1], undefined],
])('number of %j is %j', (value, expected) => {
  expect(number(value)).toBe(expected)
})

test('texts takes a list or the one text that stands where a list may', () => {
  expect(texts(['a', 1, null, {}])).toEqual(['a', '1'])
  expect(texts('a')).toEqual(['a'])
  expect(texts({ a: 1 })).toEqual([])
})

test.each<[JsonValue | undefined, boolean]>([
  [undefined, true],
  [null, true],
  ['', true],
  [[], true],
  [{}, true],
  [0, false],
  [false, false],
  [[null], false],
  [{ a: null }, false],
])('%j is empty: %s', (value, expected) => {
  expect(isEmpty(value)).toBe(expected)
})
