import type { SinkSpec } from '../../src/toolkit/declaration.ts'

/** Of a batch under way: its texts, what was parsed of them, and the body of the request. Measured by `bench/dead_destination.ts`. */
const TIMES_BATCH = 4
/** Of the program without sinks: its code, the newest of the journal, pages under way. */
export const PROGRAM_BYTES = 128 * 2 ** 20

/** The most memory that a sink with its default settings holds on to, whatever its destination does; beside `PROGRAM_BYTES`. */
export function sinkMemoryBytes({ concurrency, batch }: SinkSpec): number {
  return (concurrency + 1) * batch.bytesMax * TIMES_BATCH
}

export function memorySection(spec: SinkSpec): string {
  const mib = Math.ceil(sinkMemoryBytes(spec) / 2 ** 20)
  return `
## Memory

While the destination is slow or away, events wait on disk, in the journal. In memory there are at most \`concurrency\` + 1
batches, each about ${TIMES_BATCH} times \`batch.bytes_max\`: ${mib} MiB with the defaults, beside the ${PROGRAM_BYTES / 2 ** 20} MiB of the program.
`
}
