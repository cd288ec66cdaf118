import type { Clock } from '../../core/clock.ts'
import { BodyBuffers, type Piece } from '../body/body_buffers.ts'
import { asItIs, type Compressed, createCompressor } from '../body/compress.ts'
import type { HttpAnswer } from './answer.ts'
import { createRequestQueue } from './request_queue.ts'

type Compression = Parameters<typeof createCompressor>[0]
type Request = (packed: Compressed, plainBytes: number) => Promise<HttpAnswer>

/**
 * Sends bodies to one destination, as many at once as it answers well. A body is made of its pieces when its turn has come;
 * `request` is called with it, compressed as the settings say unless `isPlain`.
 */
export function createBodySender(settings: Compression, limits: { readonly concurrencyMax: number; readonly clock: Clock }) {
  const queue = createRequestQueue(limits)
  const buffers = new BodyBuffers()
  const compress = createCompressor(settings)
  return (pieces: () => Iterable<Piece>, request: Request, signal: AbortSignal, isPlain = false): Promise<HttpAnswer> => {
    const use = async (plain: Buffer) => request(await (isPlain ? asItIs : compress)(plain), plain.length)
    return queue.run(() => buffers.encode(pieces(), use), signal)
  }
}
