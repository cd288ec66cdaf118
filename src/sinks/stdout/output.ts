import { write } from 'node:fs'
import type { Writable } from 'node:stream'
import { promisify } from 'node:util'
import { FatalError, RetryableError, toError } from '../../core/errors.ts'

const writeSome = promisify(write)

/** The exit code for an output that can't be written, by sysexits.h. */
const EX_IOERR = 74

/** Where the lines go. */
export interface Output extends Disposable {
  /** Resolves when the bytes are taken; they have to stay as they are until it settles. */
  write(bytes: Buffer): Promise<void>
  /** Throws when nothing can be written any more. */
  check(): void
}

/** A pipe, a socket or a terminal. It stays open after us. A pipe that is full makes the write wait. */
export function streamOutput(stream: Writable): Output {
  // A pipe that closes is told by an event too, which would end the process if nobody listened.
  const ignore = () => {}
  stream.on('error', ignore)
  return {
    write: bytes =>
      new Promise((resolve, reject) => {
        stream.write(bytes, error => (error === null || error === undefined ? resolve() : reject(fatal(error))))
      }),
    check() {
      if (stream.destroyed || !stream.writable) throw fatal()
    },
    [Symbol.dispose]: () => void stream.off('error', ignore),
  }
}

/**
 * A file that standard output is directed to. Node's own stream for it takes a short write for a whole one, which
 * would lose the end of a batch when the disk is full. One for all sinks: where a line was cut, whoever writes next ends it.
 */
export function fileOutput(fd: number, writeTo: (fd: number, bytes: Buffer, from: number) => Promise<number> = append): Output {
  let isLineCut = false
  let last: Promise<void> = Promise.resolve()

  async function writeWhole(bytes: Buffer): Promise<void> {
    const whole = isLineCut ? Buffer.concat([Buffer.from('\n'), bytes]) : bytes
    let written = 0
    try {
      while (written < whole.length) written += await writeTo(fd, whole, written)
      isLineCut = false
    } catch (cause) {
      if (written > 0) isLineCut = whole[written - 1] !== 0x0a
      const message = `Standard output can't be written: ${toError(cause).message}. It is tried again; look at the disk of the file it goes to.`
      throw new RetryableError('stdout.failed', message, { cause })
    }
  }

  return {
    write(bytes) {
      const writing = last.then(() => writeWhole(bytes))
      last = writing.catch(() => {}) // Heard of by whoever wrote it.
      return writing
    },
    check() {},
    [Symbol.dispose]() {},
  }
}

async function append(fd: number, bytes: Buffer, from: number): Promise<number> {
  const { bytesWritten } = await writeSome(fd, bytes, from, bytes.length - from, null)
  return bytesWritten
}

/** Whether a write failed because nobody reads any more. */
export function isClosedByReader(error: unknown): boolean {
  const { code = '' } = (error ?? {}) as NodeJS.ErrnoException
  return ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(code)
}

/** A stream that has failed once takes nothing more. */
function fatal(cause?: Error): FatalError {
  const what = cause === undefined || isClosedByReader(cause) ? 'was closed by its reader' : `can't be written: ${cause.message}`
  const message = `Standard output ${what}. What it had not taken is in the journal and comes with the next run.`
  return new FatalError('stdout.closed', message, { exitCode: EX_IOERR, ...(cause && { cause }) })
}
