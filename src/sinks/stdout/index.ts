import { fstatSync } from 'node:fs'
import { z } from 'zod'
import { defineSink } from '../../toolkit/declaration.ts'
import type { Output } from './output.ts'

/** One for all sinks of the process: they share one standard output. */
let file: Output | undefined

export const stdout = defineSink({
  type: 'stdout',
  summary: 'Writes one JSON text a line to standard output. More than one such sink would mix their lines.',
  config: z.strictObject({}),
  format: 'ecs',
  batch: { eventsMax: 1000, bytesMax: 1024 * 1024, timeoutMs: 1000 },
  concurrency: 1,
  examples: [{ title: 'Minimal', yaml: '' }],
  create: async () => {
    const [{ createStdoutSink }, { fileOutput, streamOutput }] = await Promise.all([import('./sink.ts'), import('./output.ts')])
    const { fd } = process.stdout
    if (!fstatSync(fd).isFile()) return createStdoutSink(streamOutput(process.stdout))
    file ??= fileOutput(fd)
    return createStdoutSink(file)
  },
})
