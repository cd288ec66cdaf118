import { z } from 'zod'
import { defineSink } from '../../toolkit/declaration.ts'

export const stdout = defineSink({
  type: 'stdout',
  summary: 'Writes one JSON text a line to standard output.',
  config: z.strictObject({}),
  format: 'ecs',
  batch: { eventsMax: 1000, bytesMax: 1024 * 1024, timeoutMs: 1000 },
  concurrency: 1,
  examples: [{ title: 'Minimal', yaml: '' }],
  create: async () => (await import('./sink.ts')).createStdoutSink(process.stdout),
})
