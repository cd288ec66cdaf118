import { randomBytes } from 'node:crypto'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { mapped } from '../../../test/support/events.ts'
import { BodyBuffers, type Piece } from './body_buffers.ts'
import { asItIs, type Compression, createCompressor } from './compress.ts'
import { linesOf, ndjsonLine } from './line.ts'

const whole = (buffers: BodyBuffers, pieces: Iterable<Piece>) => buffers.encode(pieces, async body => body.toString('utf8'))

const SHARED = { A: Buffer.from('0123456789'), B: Buffer.from('abcdefghij') }
const slice = (name: keyof typeof SHARED, start: number, end: number) => ({ buffer: SHARED[name], start, end })
const said = (piece: Piece): string =>
  typeof piece === 'string'
    ? piece
    : piece instanceof Uint8Array
      ? Buffer.from(piece).toString()
      : said(piece.buffer.subarray(piece.start, piece.end))

describe('buffers', () => {
  test.each([
    ['nothing', []],
    ['one', ['a']],
    ['as many as go together', Array.from({ length: 8 }, (_, n) => `text ${n}`)],
    ['one more than go together', Array.from({ length: 9 }, (_, n) => `text ${n}`)],
    ['characters of every width', ['aé€😀', '😀€éa']],
    ['more than the first buffer holds', Array.from({ length: 100 }, (_, n) => `${n}€😀`.repeat(2000))],
    ['a text larger than any buffer that is kept', ['€'.repeat(6 * 1024 * 1024)]],
  ])('%s', async (_, texts) => {
    const buffers = new BodyBuffers()
    for (const time of ['first', 'again']) expect([time, (await whole(buffers, texts)) === texts.join('')]).toEqual([time, true])
  })

  test('text and bytes follow each other in their order', async () => {
    const texts = Array.from({ length: 200 }, (_, n) => `${n}€😀`.repeat(n * 7))
    const pieces = texts.map((text, n) => (n % 3 === 0 ? Buffer.from(text) : text))
    expect((await whole(new BodyBuffers(), pieces)) === texts.join('')).toBe(true)
  })

  // Goal: slices are copied together only where one begins where the other ends, in the same buffer.
  test.each([
    ['one after another', [slice('A', 0, 3), slice('A', 3, 5), slice('A', 5, 5), slice('A', 5, 9)]],
    ['with a gap', [slice('A', 0, 3), slice('A', 4, 6)]],
    ['backwards', [slice('A', 4, 6), slice('A', 0, 4)]],
    ['the same one again', [slice('A', 2, 4), slice('A', 2, 4)]],
    ['of two buffers', [slice('A', 0, 3), slice('B', 3, 6), slice('A', 3, 6)]],
    ['among texts and bytes', ['x', slice('A', 0, 3), 'y', slice('A', 3, 6), Buffer.from('z'), slice('A', 6, 9), 'w']],
    ['more than the first buffer holds', Array.from({ length: 60_000 }, (_, n) => slice(n % 7 === 0 ? 'B' : 'A', 0, 10))],
  ])('slices %s', async (_, pieces) => {
    const text = pieces.map(said).join('')
    expect((await whole(new BodyBuffers(), pieces)) === text).toBe(true)
  })

  test('a long body leaves nothing of itself in a short one after it', async () => {
    const buffers = new BodyBuffers()
    await whole(buffers, ['x'.repeat(1_000_000)])
    expect(await whole(buffers, ['y'])).toBe('y')
  })

  test('bodies in use at once have a buffer each, and one that is done is used again', async () => {
    const buffers = new BodyBuffers()
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const seen: ArrayBufferLike[] = []
    const keep = (text: string) =>
      buffers.encode([text], async body => {
        seen.push(body.buffer)
        await held
        return body.toString('utf8')
      })
    const both = Promise.all([keep('a'), keep('b')])
    release()
    expect(await both).toEqual(['a', 'b'])
    await keep('c')
    expect(seen[0]).not.toBe(seen[1])
    expect(seen.slice(0, 2)).toContain(seen[2])
  })

  test('a use that fails gives its buffer back', async () => {
    const buffers = new BodyBuffers()
    let failed: ArrayBufferLike | undefined
    const failing = buffers.encode(['a'], async ({ buffer }) => {
      failed = buffer
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await buffers.encode(['b'], async ({ buffer }) => buffer === failed)).toBe(true)
  })
})

describe('compression', () => {
  const unpack = { gzip: gunzipSync, zstd: zstdDecompressSync, none: (body: Buffer) => body }
  const plain = Buffer.from('{"id":"a€"}'.repeat(50_000))

  test.each<Compression>(['gzip', 'zstd', 'none'])('%s gives the same bytes back, and says how', async kind => {
    const compress = createCompressor({ compression: kind, compression_level: 1 })
    const { body, headers } = await compress(plain)
    expect(unpack[kind](body).equals(plain)).toBe(true)
    expect(headers).toEqual(kind === 'none' ? {} : { 'content-encoding': kind })
    expect(body.length < plain.length).toBe(kind !== 'none')
  })

  test.each<Compression>(['gzip', 'zstd', 'none'])('%s: each of many bodies, at once and one after another, is its own', async kind => {
    const compress = createCompressor({ compression: kind, compression_level: 1 })
    const bodies = Array.from({ length: 30 }, (_, n) => randomBytes(n % 3 === 0 ? n : 40_000 * n)) // Up to more than four chunks of output.
    const atOnce = await Promise.all(bodies.map(compress))
    for (const [n, { body }] of atOnce.entries()) expect([n, unpack[kind](body).equals(bodies[n]!)]).toEqual([n, true])
    for (const [n, plain] of bodies.entries()) expect([n, unpack[kind]((await compress(plain)).body).equals(plain)]).toEqual([n, true])
    for (const [n, { body }] of atOnce.entries()) expect([n, unpack[kind](body).equals(bodies[n]!)]).toEqual([n, true])
  })

  // An early answer frees the buffer while the socket still sends.
  test('what is sent as it is stays so when its buffer is used again', async () => {
    const buffer = Buffer.from('the first')
    const { body } = await asItIs(buffer)
    buffer.write('a second!')
    expect(body.toString()).toBe('the first')
  })

  test.each(['gzip', 'zstd'] as const)('%s: an empty body, and a higher level is no larger', async kind => {
    const [fast, small] = [1, 9].map(level => createCompressor({ compression: kind, compression_level: level }))
    expect(unpack[kind]((await fast!(Buffer.alloc(0))).body)).toHaveLength(0)
    expect((await small!(plain)).body.length).toBeLessThanOrEqual((await fast!(plain)).body.length)
  })
})

test.each([
  ['{"a":1}', '{"a":1}'],
  ['{\n  "a": "x\\ny"\r\n}', '{   "a": "x\\ny"  }'],
])('%j on one line', (json, line) => {
  expect(ndjsonLine(json)).toBe(line)
  expect(JSON.parse(line)).toEqual(JSON.parse(json))
})

test('lines of text and of bytes are the same lines', async () => {
  const texts = ['{"a":"é"}', '{\n"b": 2\r\n}']
  const events = texts.flatMap(json => [
    { ...mapped('a'), json },
    { ...mapped('a'), json, utf8: Buffer.from(json) },
  ])
  expect(await whole(new BodyBuffers(), linesOf(events))).toBe('{"a":"é"}\n{"a":"é"}\n{ "b": 2  }\n{ "b": 2  }\n')
})
