import { describe, expect, test } from 'vitest'
import { received } from '../../test/mapping/events.ts'
import { parseJson } from '../core/json.ts'
import { exactBody } from './exact.ts'

const SAME =
  '0 -0 0.0 0e5 5 -999999999999999 123456789012345 0.0001 0.10 37.77490 1.50e2 123e-2 -12.5E-1 1.0e-5 0.10000000000000001 ' +
  '0.30000000000000004 9007199254740991 9007199254740992 1000000000000000100 100000000000000000000 1E22 1e+22 1e300 ' +
  '1.7976931348623157e308 2.2250738585072014e-308 5e-324'
const ALTERED =
  '9007199254740993 -9007199254740993 9007199254740993.0 9007199254740992.5 1000000000000000128 12345678901234567890 ' +
  '0.1234567890123456789 0.000012345678901234567 123456.7890123456789 1.7976931348623159e308 1e400 -1E400 1e-400 1e-324 3E-324 4.9e-324'

describe.each(['{"n":%}', '{"list":["x",[%]]}', '{"a":{"b":[{"c":null},{"c":%}]},"d":true}', '{"id":"12345678901234567","n":%}'])(
  'in %s',
  frame => {
    const read = (number: string) => exactBody(received({}, frame.replace('%', number)))

    test.each(SAME.split(' '))('%s is a number', number => {
      expect(read(number)).toStrictEqual(parseJson(frame.replace('%', number)))
    })

    test.each(ALTERED.split(' '))('%s is the text', number => {
      expect(read(number)).toStrictEqual(parseJson(frame.replace('%', `"${number}"`)))
    })
  },
)

test('what is read as it is written is not read again', () => {
  for (const text of ['{"n":0,"t":"12345678901234567890"}', '{"n":1.5,"t":"1234"}', '{"n":37.77490}', '{"n":null}']) {
    const event = received({}, text)
    expect(exactBody(event) === event.body, text).toBe(!text.includes('12345678901234567890'))
  }
})
