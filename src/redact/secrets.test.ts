import { expect, test } from 'vitest'
import { Secrets } from './secrets.ts'

/** The text without the values, each replaced by its number. */
function without(text: string, ...values: readonly string[]): string {
  const secrets = new Secrets()
  for (const [index, value] of values.entries()) secrets.add(value, `<${index}>`)
  return secrets.find(text).reduceRight((left, { start, end, replacement }) => left.slice(0, start) + replacement + left.slice(end), text)
}

test.each([
  ['a value of four letters within a text', 'from eve1 to bob', ['eve1'], 'from <0> to bob'],
  ['one of three is found by chance, and only as a whole', 'evening', ['eve'], 'evening'],
  ['one of three as a whole', ' Eve ', ['eve'], '<0>'],
  ['a long spelling of an address in a short text', '::1', ['0:0:0:0:0:0:0:1'], '<0>'],
  ['a short spelling of an address in a long one', 'at 0:0:0:0:0:0:0:1.', ['::1'], 'at <0>.'],
  ['an address that another one begins with', '203.0.113.91 203.0.113.9.', ['203.0.113.9'], '203.0.113.91 <0>.'],
  ['an address that is a part of a longer number', '203.0.113.9.5 1.203.0.113.9', ['203.0.113.9'], '203.0.113.9.5 1.203.0.113.9'],
  ['values that overlap in two readings', 'x%2Fada@b.org', ['x%2Fada', 'ada@b.org'], '<0>'],
  ['values that follow on each other', 'adaLovelace', ['adaL', 'ovelace'], '<0><1>'],
])('%s', (_, text, values, left) => {
  expect(without(text, ...values)).toBe(left)
})

test('what is added after a text was looked through is found in the next', () => {
  const secrets = new Secrets()
  secrets.add('lovelace', '<0>')
  expect(secrets.find('Ada Lovelace')).toEqual([{ start: 4, end: 12, replacement: '<0>' }])
  secrets.add('babbage', '<1>')
  expect(secrets.find('Charles Babbage')).toEqual([{ start: 8, end: 15, replacement: '<1>' }])
})
