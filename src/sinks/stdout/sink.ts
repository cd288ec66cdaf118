import type { MappedEvent } from '../../core/mapper.ts'
import { DELIVERED, type Sink } from '../../core/sink.ts'
import { BodyBuffers } from '../../toolkit/body/body_buffers.ts'
import { linesOf } from '../../toolkit/body/line.ts'
import { raced } from '../../toolkit/raced.ts'
import type { Output } from './output.ts'

/**
 * One JSON text a line (NDJSON). A line is acknowledged when the output has taken it: from then on the reader of a pipe
 * answers for it.
 */
export function createStdoutSink(output: Output): Sink {
  const buffers = new BodyBuffers()
  let last: Promise<void> = Promise.resolve()

  async function writeAfter(earlier: Promise<void>, events: readonly MappedEvent[], signal: AbortSignal): Promise<void> {
    await Promise.allSettled([earlier])
    signal.throwIfAborted()
    await buffers.encode(linesOf(events), bytes => output.write(bytes))
  }

  return {
    async write(events, signal) {
      const writing = writeAfter(last, events, signal)
      last = writing.catch(() => {}) // Heard of below.
      await raced(writing, signal)
      return DELIVERED
    },
    async check() {
      output.check()
    },
    async [Symbol.asyncDispose]() {
      output[Symbol.dispose]()
    },
  }
}
