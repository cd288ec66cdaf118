import { describe, expect, test } from 'vitest'
import { received } from '../../test/mapping/events.ts'
import type { JsonObject, JsonValue } from '../core/json.ts'
import { createRawMapper } from '../mappers/raw/index.ts'
import { parsePath } from './path.ts'
import { redactingMapper } from './redactor.ts'

/** What the format `raw` sends of a text whose `e` is masked. */
function redacted(text: string): string {
  const rules = [{ action: 'mask' as const, paths: [parsePath('e')], fields: [] }]
  return redactingMapper(createRawMapper(), rules)(received(JSON.parse(text) as JsonObject, text)).json
}

const MASK = '[redacted]'

// Goal: of a value and other texts, each of them goes from the text that has it in its own spelling.
test.each<[string, JsonValue, JsonValue, JsonValue]>([
  [
    'IPv4 within IPv6',
    '198.51.100.4',
    ['::ffff:198.51.100.4', '[::FFFF:c633:6404]:80', '0:0:0:0:0:ffff:c633:6404'],
    [MASK, `[${MASK}]:80`, MASK],
  ],
  ['IPv4 of one within IPv6', '::ffff:c633:6404', ['198.51.100.4', '::ffff:198.51.100.4', 'at 198.51.100.4.'], [MASK, MASK, `at ${MASK}.`]],
  ['another address', '198.51.100.4', ['::ffff:c633:6405', 'ffff: 198.51.100.40'], ['::ffff:c633:6405', 'ffff: 198.51.100.40']],
  [
    'IPv6 between words that are hexadecimal where they meet it',
    '2001:db8::1',
    ['source:2001:db8::1', 'device:2001:db8:0:0:0:0:0:1', '2001:db8::1:failed', 'node:2001:db8::1:denied', 'ace:2001:db8::1'],
    [`source:${MASK}`, `device:${MASK}`, `${MASK}:failed`, `node:${MASK}:denied`, 'ace:2001:db8::1'],
  ],
  ['white space around it', ' Ada L. ', ['by Ada L.!', '/?n=Ada+L.', 'Ada  L.'], [`by ${MASK}!`, `/?n=${MASK}`, 'Ada  L.']],
  ['a short one with white space', 'Li ', ['Li', ' li', 'Live'], [MASK, MASK, 'Live']],
  ['composed', 'Zo\u00eb \u00c5', ['by Zoe\u0308 A\u030a!', 'Zo%C3%AB %C3%85'], [`by ${MASK}!`, MASK]],
  ['decomposed', 'Zoe\u0308 \uac00', ['by Zo\u00eb \u1100\u1161', 'zo\u00eb \uac00'], [`by ${MASK}`, MASK]],
  ['half composed', 'Zoe\u0308 \u00e9', ['Zo\u00eb \u00e9', 'Zoe\u0308 \u00e9', 'ZOE\u0308 E\u0301'], [MASK, MASK, MASK]],
  ['a capital of two', 'Stra\u00dfe 1', ['by STRASSE 1', 'stra\u00dfe 1'], [`by ${MASK}`, MASK]],
  [
    'a character that both forms write otherwise',
    '5 \u212bngstr',
    ['by 5 \u212bngstr!', 'by 5 \u00c5ngstr!'],
    [`by ${MASK}!`, `by ${MASK}!`],
  ],
  [
    'pictures and no characters before it in HTML',
    'a@b.org',
    ['&#128522;a&#64;b.org', '&#9999999;a&#64;b.org;'],
    [`&#128522;${MASK}`, `&#9999999;${MASK};`],
  ],
  ['pictures before it in a URL', 'a@b.org', '%F0%9F%98%8A%61%40b.org%2F', `%F0%9F%98%8A${MASK}%2F`],
  ['a URL in a URL, four times', 'a@b.org', '?u=a%25252540b.org%25252526', `?u=${MASK}%25252526`],
  ['escapes before the end of a text with a backslash', 'a@b.org', '\\u0061@b.org\\', `${MASK}\\`],
  ['HTML', 'a@b.org & c', ['a&#64;b.org &amp; c', '<a&#x40;b&period;org &amp;amp; c>', 'a&commat;c'], [MASK, `<${MASK}>`, 'a&commat;c']],
  [
    'JSON in a URL',
    'a"b@c.org',
    ['q=%7B%22a%5C%22b%40c.org%22%7D', '%2522a%255C%2522b%2540c.org%2522'],
    [`q=%7B%22${MASK}%22%7D`, `%2522${MASK}%2522`],
  ],
  [
    'what is no UTF-8 before it in a URL',
    'a@b.org',
    [
      '%EF%BF%BD%EF%BF%BD%61%40b.org%2F%EF%BF%BD%61%40%62%2e%6f%72%67%2F',
      '%E2%82%61%40%62%2e%6f%72%67%2F',
      '%F0%9F%FF%61%40b.%6f%72%67%2F',
    ],
    [`%EF%BF%BD%EF%BF%BD${MASK}%2F%EF%BF%BD${MASK}%2F`, `%E2%82${MASK}%2F`, `%F0%9F%FF${MASK}%2F`],
  ],
  ['a URL in JSON', 'a"b@c.org', ['{"u":"a\\"b%40c.org"}', '{"u":"a%22b\\u002540c.org"}'], [`{"u":"${MASK}"}`, `{"u":"${MASK}"}`]],
  ['a form in a URL', 'Ada B@c.org', ['Ada+B%40c.org', 'Ada%2BB%2540c.org'], [MASK, MASK]],
])('%s', (_, e, f, expected) => {
  const out = redacted(JSON.stringify({ e, f }))
  expect(JSON.parse(out)).toEqual({ e: MASK, f: expected })
})

test.each([
  ['1234567', '[1.234567e6,1234567.0,"1.234567E+6",12345670e-1,"no 1234567",1234568]', '["M","M","M","M","no M",1234568]'],
  ['1.234567E6', '[1234567,"1234567","no 1234567"]', '["M","M","no M"]'],
  ['"1234567.50"', '[1234567.5,12345675e-1,"no 1234567.5"]', '["M","M","no M"]'],
  ['123456', '[1.23456e5,12345]', '["M",12345]'],
  ['1.0e15', '["no 1000000000000000"]', '["no M"]'],
  ['"1234567"', '[912345678,-0.1234567]', '["M","M"]'],
  ['1000000', '[1e6,-1e6,1e7]', '["M","M",1e7]'],
  ['0.00001250', '[125e-7,1.25e-5,"0.0000125","no 0.0000125"]', '["M","M","M","no M"]'],
  ['"00123456"', '[123456,"00123456"]', '[123456,"M"]'],
  ['12345', '[12345,1.2345e4]', '[12345,1.2345e4]'],
])('the number %s, however it is spelled', (e, f, expected) => {
  expect(redacted(`{"e":${e},"f":${f}}`)).toBe(`{"e":"${MASK}","f":${expected.replaceAll('M', MASK)}}`)
})

test('what stands before a type of the same name is a field like any other', () => {
  expect(redacted('{"e":"ada@x.org","type":"ada@x.org","object":"ada@x.org","type":"login.failed","object":"ada@x.org"}')).toBe(
    `{"e":"${MASK}","type":"${MASK}","object":"${MASK}","type":"login.failed","object":"ada@x.org"}`,
  )
})

describe('names that would become alike are numbered', () => {
  const E = '"e":["ada@x.org","bob@x.org"]'
  test.each([
    ['{"ada@x.org":1,"bob@x.org":2}', `{"${MASK}":1,"${MASK} 2":2}`],
    [`{"ada@x.org":1,"bob@x.org":2,"${MASK}":3}`, `{"${MASK} 2":1,"${MASK} 3":2,"${MASK}":3}`],
    [String.raw`{"by ada@x.org":1,"by ada\u0040x.org":2,"by bob@x.org":3}`, `{"by ${MASK}":1,"by ${MASK}":2,"by ${MASK} 2":3}`],
    ['{"ada@x.org":{"ADA@x.org":1,"Bob@x.org":[]},"c":2}', `{"${MASK}":{"${MASK}":1,"${MASK} 2":[]},"c":2}`],
  ])('%s', (f, expected) => {
    expect(redacted(`{${E},"f":${f}}`)).toBe(`{"e":["${MASK}","${MASK}"],"f":${expected}}`)
  })
})

test('many values, each of which stands elsewhere, are all found', () => {
  const e = Array.from({ length: 5000 }, (_, index) => `user${index}@example.com`)
  const { f } = JSON.parse(redacted(JSON.stringify({ e, f: Object.fromEntries(e.map(name => [name, name])) }))) as { f: JsonObject }
  expect(Object.keys(f)).toHaveLength(e.length)
  expect(new Set(Object.values(f))).toEqual(new Set([MASK]))
})

test.each([
  ['letters', 'a'],
  ['syllables', '\uac00'],
  ['syllables in parts', '\u1100\u1161'],
  ['letters with marks', '\u00e4\u0323'],
  ['pictures', '\u{1f600}'],
])('a value of 40,000 %s is found within another text, in either form of Unicode', (_, letter) => {
  const e = letter.repeat(40_000)
  const f = [`by ${e.normalize('NFC')}!`, `by ${e.normalize('NFD')} and ${e}`]
  expect(JSON.parse(redacted(JSON.stringify({ e, f })))).toEqual({ e: MASK, f: [`by ${MASK}!`, `by ${MASK} and ${MASK}`] })
})
