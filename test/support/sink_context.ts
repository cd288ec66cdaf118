import type { SinkContext } from '../../src/core/context.ts'
import { systemClock } from '../../src/toolkit/clock.ts'

const quiet = () => {}

/** What a sink of that id is told in a test that looks at nothing of it. */
export const sinkContext = (id: string): SinkContext => ({
  id,
  clock: systemClock,
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  meter: { add: quiet, set: quiet, observe: quiet },
  report: quiet,
  format: 'raw',
  streams: [],
  stopped: new AbortController().signal,
})
