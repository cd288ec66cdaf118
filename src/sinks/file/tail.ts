import type { FileHandle } from 'node:fs/promises'
import { BlockedError } from '../../core/errors.ts'

/** How far back the end is looked for: more than one unfinished write can have left. */
const TAIL_BYTES_MAX = 256 * 2 ** 20
const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a
const BRACE = 0x7b

/**
 * Where the sound lines of a file end. A crash within a write leaves its last line torn, and a power cut may leave zeros
 * where bytes had not reached the disk: what stands there was not acknowledged, and comes again.
 * Throws `BlockedError` for a file that holds something else than lines of JSON: it is not ours to cut.
 */
export async function soundEnd(file: FileHandle, path: string): Promise<number> {
  const stats = await file.stat()
  if (!stats.isFile()) throw notOurs(path)
  const { size } = stats
  if (size === 0) return 0
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  await file.read(chunk, 0, 1, 0)
  if (chunk[0] !== BRACE && chunk[0] !== 0) throw notOurs(path)
  let end = Math.max(0, size - TAIL_BYTES_MAX)
  const from = end
  for (let position = from; position < size; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position)
    if (bytesRead === 0) break
    const zero = chunk.subarray(0, bytesRead).indexOf(0)
    const sound = chunk.subarray(0, zero < 0 ? bytesRead : zero)
    const newline = sound.lastIndexOf(NEWLINE)
    if (newline >= 0) end = position + newline + 1
    if (zero >= 0) break
    position += bytesRead
  }
  if (end === from && from > 0) throw notOurs(path)
  return end
}

function notOurs(path: string): BlockedError {
  const message = `${path} exists and does not hold JSON lines, so nothing is written to it. Move it away, or set another path.`
  return new BlockedError('file.not_ours', message)
}
