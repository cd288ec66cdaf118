import { expect, test } from 'vitest'
import { mapped } from '../../test/support/events.ts'
import { EventEncoder, unparsed } from './encoded_event.ts'

const encoded = (json: string, encoder = new EventEncoder()) => {
  const { event } = mapped('a', 5)
  return encoder.encode({ event, json, document: {} }, event)
}

test.each([
  ['ASCII', '{"mapped":1}'],
  ['characters of every width', '{"mapped":"aé€😀"}'],
  ['larger than a buffer that is shared', JSON.stringify({ mapped: '€'.repeat(400_000) })],
])('is its text, its bytes and its document: %s', (_, json) => {
  const event = encoded(json)
  expect([event.json, event.document]).toEqual([json, JSON.parse(json)])
  expect(Buffer.from(event.utf8)).toEqual(Buffer.from(json))
  expect(event.bytes).toBe(Buffer.byteLength(json))
})

test.each([
  ['ASCII', '{"mapped":1}', '{"event":'],
  ['characters of every width', '{"mapped":"aé€😀"}', '{"ü€😀":'],
  ['larger than a buffer that is shared', JSON.stringify({ mapped: '€'.repeat(400_000) }), '{"ü":'],
])('stands in the frame of its sink, and is itself without it: %s', (_, json, before) => {
  const encoder = new EventEncoder({ before: ({ id }) => before + id, after: '€}' })
  const { event } = mapped('a', 5)
  for (const time of ['first', 'again']) {
    const framed = encoder.encode({ event, json, document: {} }, event)
    const { buffer, start, end } = framed.framed!
    expect([time, Buffer.from(buffer.subarray(start, end)).toString()]).toEqual([time, `${before}a${json}€}`])
    expect([framed.json, Buffer.from(framed.utf8).toString(), framed.bytes]).toEqual([json, json, Buffer.byteLength(json)])
  }
  expect(encoded(json).framed).toBeUndefined()
})

// Goal: a buffer that is full is left to its events, and none writes over another.
test('many events keep what each said', () => {
  const encoder = new EventEncoder()
  const texts = Array.from({ length: 3000 }, (_, n) => JSON.stringify({ n, padding: 'é'.repeat(n % 700) }))
  const events = texts.map(text => encoded(text, encoder))
  expect(events.map(({ json }) => json)).toEqual(texts)
})

// Goal: a buffer is written again only when nobody has an event in it, and whoever looks all the same is told.
test('what is released is written over, and nothing else', () => {
  const encoder = new EventEncoder()
  const text = (n: number) => JSON.stringify({ n, padding: 'x'.repeat(50_000) })
  const kept = Array.from({ length: 60 }, (_, n) => ({ n, event: encoded(text(n), encoder) }))
  for (let round = 0; round < 20; round++) {
    const passing = Array.from({ length: 40 }, (_, n) => ({ n: 1000 * round + n, event: encoded(text(1000 * round + n), encoder) }))
    for (const { n, event } of [...kept, ...passing]) expect((event.document as { n: number }).n).toBe(n)
    encoder.release(passing.map(({ event }) => event))
    encoder.release(passing.map(({ event }) => event)) // Twice is once.
    const gone = kept.pop()!
    encoder.release([gone.event])
    expect(() => gone.event.json).toThrow('after its delivery')
  }
})

test('an event without its body is the same event', () => {
  const { event } = mapped('a', 5)
  const { source, stream, id, timeMs, receivedMs, text, body } = event
  const light = unparsed(event)
  expect(light).toMatchObject({ source, stream, id, timeMs, receivedMs, text })
  expect(light.body).toEqual(body)
  expect(light.body).not.toBe(body)
})
