import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { toAnswer } from './answer.ts'
import { createRedaction } from './redact.ts'

const BYTES_MAX = 2_000_000
const PLAIN = randomBytes(BYTES_MAX / 2).toString('hex')
const PACKED = gzipSync(PLAIN)
const CUT = PACKED.subarray(0, PACKED.length / 2)

const packed = (body: Buffer, status = 200) =>
  toAnswer({ status, headers: { 'content-encoding': 'gzip' }, pieces: [body], isWhole: true }, BYTES_MAX, createRedaction({}))
const textOf = async (body: Buffer) => ((await packed(body)) as { text: string }).text

test.each([
  ['as long as it may be', PACKED, PLAIN],
  ['of nothing', gzipSync(''), ''],
  ['of two members', Buffer.concat([gzipSync('a'), gzipSync('b')]), 'ab'],
  ['with zeros behind it', Buffer.concat([gzipSync('a'), Buffer.alloc(10)]), 'a'],
])('a body in gzip %s', async (_, body, text) => {
  for (const time of ['first', 'again']) expect([time, (await textOf(body)) === text]).toEqual([time, true])
})

test.each(['GZIP', 'x-gzip'])('%s is gzip', async coding => {
  const answer = { status: 200, headers: { 'content-encoding': coding }, pieces: [PACKED], isWhole: true }
  expect(((await toAnswer(answer, BYTES_MAX, createRedaction({}))) as { text: string }).text === PLAIN).toBe(true)
})

test('bodies in gzip, many at once and one after another, are each their own', async () => {
  const texts = Array.from({ length: 12 }, (_, n) => `${n} ${PLAIN.slice(0, (n % 4) * 300_000)}`)
  const bodies = texts.map(text => gzipSync(text))
  const atOnce = await Promise.all(bodies.map(textOf))
  for (const [n, text] of texts.entries()) expect([n, atOnce[n] === text, (await textOf(bodies[n]!)) === text]).toEqual([n, true, true])
})

test('one byte more, once unpacked, is too large; of a refusal the status counts', async () => {
  const body = gzipSync(`${PLAIN}x`)
  expect(await packed(body)).toBe('too large')
  expect(await packed(body, 503)).toMatchObject({ status: 503, text: '' })
  expect((await textOf(PACKED)) === PLAIN).toBe(true)
})

test.each([
  ['cut', CUT, 'unexpected end of file'],
  ['damaged', Buffer.concat([CUT, Buffer.alloc(PACKED.length / 2)]), ''],
  ['followed by something else', Buffer.concat([PACKED, Buffer.from('something')]), 'incorrect header check'],
  ['no gzip at all', Buffer.from('{"a":1}'), 'incorrect header check'],
])('a body in gzip that is %s: a success says so, a refusal keeps its status, and the next is read', async (_, body, message) => {
  await expect(packed(body)).rejects.toThrow(message)
  expect(await packed(body, 401)).toMatchObject({ status: 401, text: '' })
  expect((await textOf(PACKED)) === PLAIN).toBe(true)
})
