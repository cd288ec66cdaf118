import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createCompressor } from './body/compress.ts'
import { systemClock } from './clock.ts'
import { createHttpEndpoint } from './http/endpoint.ts'
import { Secret } from './secret.ts'

const MIB = 2 ** 20
const TIMES = 20
const never = new AbortController().signal

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void

/** Bytes of buffers that are left of a time, in MiB, after what V8 collects often: its young generation. */
async function leftMiB(work: () => Promise<void>): Promise<number> {
  const left: number[] = []
  for (let n = 0, before = 0; n < 2 * TIMES; n++) {
    await work()
    for (let times = 0; times < 3; times++) collect({ type: 'minor' })
    const bytes = process.memoryUsage().arrayBuffers
    if (n >= TIMES) left.push(bytes - before)
    before = bytes
  }
  return left.sort((a, b) => a - b)[TIMES / 2]! / MIB // Not the mean: a collection of all may come in between.
}

// Goal: what only a collection of the old generation frees brings such collections about, for each 64 MiB of buffers; in a backfill
// that was a sixth of the CPU.
test.each([
  ['what was sent', 'POST', Buffer.alloc(MIB), 2, {}],
  ['the answer', 'GET', undefined, MIB, {}],
  ['the answer, packed', 'GET', undefined, MIB, { 'content-encoding': 'gzip' }],
] as const)('of a request and its answer nothing is left: %s', async (_, method, body, answerBytes, headers) => {
  const plain = randomBytes(answerBytes)
  const answer = 'content-encoding' in headers ? gzipSync(plain) : plain
  const server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(200, headers).end(answer)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = createHttpEndpoint({
    component: 'x',
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    headers: () => ({}),
    timeoutMs: 30_000,
    concurrencyMax: 1,
    answerBytesMax: 2 * MIB,
    clock: systemClock,
    proxy: Secret.literal('none'),
  })
  try {
    const left = await leftMiB(async () => {
      const { bytes } = await endpoint.request({ method, ...(body && { body: Buffer.from(body) }) }, never)
      expect(bytes.length).toBe(answerBytes)
    })
    expect(left).toBeLessThan(0.5)
  } finally {
    await endpoint.close()
    server.closeAllConnections()
    server.close()
  }
})

// A stream writes into one buffer until it is full: of what it has written that much is there.
test.each(['gzip', 'zstd'] as const)('of compressing a body nothing is left but the buffer of a stream: %s', async compression => {
  const compress = createCompressor({ compression, compression_level: 1 })
  const plain = randomBytes(MIB)
  const left = await leftMiB(async () => {
    const { body } = await compress(plain)
    expect(body.length).toBeGreaterThan(MIB / 2)
  })
  expect(left).toBeLessThan(0.3)
})
