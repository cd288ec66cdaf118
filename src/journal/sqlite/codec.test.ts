import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { event } from '../../../test/support/journals.ts'
import type { LogEvent } from '../../core/event.ts'
import { decodeDirectory, decodeEvents, decodeTexts, type EncodedRow, ROW_CHARS_MAX, ROW_EVENTS_MAX, RowEncoder } from './codec.ts'

const KEY = { source: 'acme', stream: 'organization' }

function decode(row: EncodedRow): readonly LogEvent[] {
  const directory = decodeDirectory(row.directory, row.directoryCrc)
  const texts = directory && decodeTexts(row.text, row.textCrc, row.encoding, directory.lengths)
  if (directory === undefined || texts === undefined) throw new Error('the row is not what was stored')
  return decodeEvents(directory, texts, KEY)
}

const plain = ({ source, stream, id, timeMs, receivedMs, text }: LogEvent) => ({ source, stream, id, timeMs, receivedMs, text })

/** What UTF-8 can say: every code point but surrogates, with the awkward ones often. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\0', '\n', '\r\n', '"', '\\', '\ufeff', '\u{1f600}', 'é', '\u2028', 'a') }),
  fc.json(),
  fc.integer({ min: 0, max: 6000 }).map(length => 'x'.repeat(length)),
)
const anyEvent = fc
  .record({
    id: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('lone \ud800')),
    timeMs: fc.integer(),
    receivedMs: fc.constantFrom(1_700_000_000_000, 1_700_000_000_001, 0),
    text,
  })
  .map(fields => event(0, fields))

describe('a row', () => {
  test('gives back every text byte for byte, and what else an event is (invariant 3)', () => {
    const encoder = new RowEncoder()
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 20 }), events => {
        expect(encoder.encode(events).flatMap(decode).map(plain)).toEqual(events.map(plain))
      }),
    )
  })

  test('survives the rows encoded after it', () => {
    const encoder = new RowEncoder()
    const [first] = encoder.encode([event(1)])
    encoder.encode([event(2, { text: 'overwritten' })])
    expect(decode(first!).map(({ id, text }) => [id, text])).toEqual([['e1', '{"id":"e1"}']])
  })

  test('holds as much as its bounds allow, and a longer text alone', () => {
    const encoder = new RowEncoder()
    const long = event(2, { text: 'ü'.repeat(ROW_CHARS_MAX + 1) })
    const half = event(1, { text: 'x'.repeat(ROW_CHARS_MAX / 2) })
    const rows = encoder.encode([half, half, half, long, half])
    expect(rows.map(row => row.events.length)).toEqual([2, 1, 1, 1])
    expect(rows.flatMap(decode).map(({ text }) => text.length)).toEqual([half, half, half, long, half].map(({ text }) => text.length))
    expect(decode(rows[2]!)[0]!.text === long.text).toBe(true)
    const many = Array.from({ length: ROW_EVENTS_MAX + 1 }, (_, n) => event(n))
    expect(encoder.encode(many).map(row => row.events.length)).toEqual([ROW_EVENTS_MAX, 1])
    expect(encoder.encode([])).toEqual([])
  })

  test.each([
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 8.64e15],
    [-1e300, -8.64e15],
    [1.4, 1],
  ])('stores the time %d as %d: no event is refused for it (invariant 4)', (timeMs, stored) => {
    const [row] = new RowEncoder().encode([event(1, { timeMs })])
    expect(decode(row!)[0]!.timeMs).toBe(stored)
    expect([row!.minTimeMs, row!.maxTimeMs]).toEqual([stored, stored])
  })

  test('is not given back when a bit of it has changed', () => {
    const [row] = new RowEncoder().encode(
      Array.from({ length: 500 }, (_, n) => event(n, { text: JSON.stringify({ n, text: 'x'.repeat(90) }) })),
    )
    fc.assert(
      fc.property(fc.nat(row!.text.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(row!.text)
        changed[at]! ^= 1 << bit
        expect(decodeTexts(changed, row!.textCrc, row!.encoding, row!.lengths)).toBeUndefined()
        const directory = row!.directory.replace('e17"', `e${at + 1000}"`)
        expect(decodeDirectory(directory, row!.directoryCrc)).toBeUndefined()
      }),
    )
  })
})
