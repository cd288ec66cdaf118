import type { Writable } from 'node:stream'
import { FatalError, RetryableError } from '../../core/errors.ts'
import { DELIVERED, type Sink } from '../../core/sink.ts'
import { ndjsonLine } from '../../toolkit/body/line.ts'

/** The exit code for an output that can't be written, by sysexits.h. */
const EX_IOERR = 74

/** Writes to a stream that stays open after it. Returns when the stream has taken the lines: a pipe that is full makes it wait. */
export function createStdoutSink(stream: Writable): Sink {
  // A pipe that closes is told by an event too, which would end the process if nobody listened.
  const ignore = () => {}
  stream.on('error', ignore)

  return {
    async write(events, signal) {
      signal.throwIfAborted()
      await writeAll(stream, events.map(({ json }) => `${ndjsonLine(json)}\n`).join(''))
      return DELIVERED
    },
    async check() {
      if (stream.destroyed || !stream.writable) throw closed()
    },
    async [Symbol.asyncDispose]() {
      stream.off('error', ignore)
    },
  }
}

function writeAll(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, error => {
      if (error === null || error === undefined) return resolve()
      const { code } = error as NodeJS.ErrnoException
      reject(code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ECONNRESET' ? closed(error) : failed(error))
    })
  })
}

function closed(cause?: Error): FatalError {
  const message = 'Standard output was closed by its reader. What it had not taken is in the journal and comes with the next run.'
  return new FatalError('stdout.closed', message, { exitCode: EX_IOERR, ...(cause && { cause }) })
}

function failed(cause: Error): RetryableError {
  return new RetryableError('stdout.failed', `Standard output can't be written: ${cause.message}. It is tried again.`, { cause })
}
