import { expect, test } from 'vitest'
import { createRedaction } from './redact.ts'

test.each([
  ['of one word', { 'x-key': 'sk-0123456789' }, 'it was sk-0123456789', 'it was ***'],
  ['behind its scheme', { authorization: 'Splunk 0123-4567' }, 'Splunk 0123-4567, 0123-4567', '***, ***'],
  ['of several words', { 'x-key': 'correct horse battery staple' }, 'no: correct horse battery staple', 'no: ***'],
  ['of several words behind its scheme', { authorization: 'Token id=me secret=0123' }, 'id=me secret=0123', '***'],
  ['that another one begins with', { 'x-old': 'sk-0123', 'x-key': 'sk-0123456789' }, 'sk-0123456789, sk-0123', '***, ***'],
  ['a password', { authorization: `Basic ${btoa('ada:pass word')}` }, 'ada has pass word', 'ada has ***'],
  ['a password behind a scheme in small letters', { authorization: `basic ${btoa('ada:pass word')}` }, 'ada has pass word', 'ada has ***'],
  ['of six characters', { 'x-key': '123456' }, 'no: 123456', 'no: ***'],
  ['in a header that anybody may read', { 'user-agent': 'tailrace' }, 'tailrace', 'tailrace'],
])('a secret %s is taken out', (_, headers: Record<string, string>, text, left) => expect(createRedaction(headers)(text)).toBe(left))

test('so are the values of the query of a URL, as written and as meant', () => {
  const redact = createRedaction({}, new URL('https://h/in?api-version=1&sig=a%2Bsignature%3D&token=0123456789'))
  expect(redact('no: /in?api-version=1&sig=a%2Bsignature%3D, a+signature=, 0123456789')).toBe('no: /in?api-version=1&sig=***, ***, ***')
})
