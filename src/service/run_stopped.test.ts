import { expect, test } from 'vitest'
import { StagedSink, StagedSource } from '../../test/support/components.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { VirtualClock } from '../../test/support/virtual_clock.ts'
import { checkConfig } from '../config/load.ts'
import { FatalError } from '../core/errors.ts'
import { SILENT_METER } from './meter.ts'
import { runService } from './run.ts'

const YAML = `
journal: {type: memory, max_bytes: 1MiB}
sources:
  acme: {type: example_api, api_key: k}
sinks:
  one: {type: example_hec, url: https://h, token: t, format: raw, batch: {timeout: 10ms}}
`

// Goal: nobody waits a minute for what no event depends on, to hear why the run failed.
test.each([
  { how: 'ends by itself', finite: true, isStopped: false },
  { how: 'is told to stop', finite: false, isStopped: true },
  {
    how: 'fails',
    finite: false,
    isStopped: true,
    failure: new FatalError('stdout.closed', 'Standard output is closed', { exitCode: 74 }),
  },
])('a sink of a run that $how is closed as stopped: $isStopped', async ({ finite, isStopped, failure }) => {
  const clock = new VirtualClock()
  const soft = new AbortController()
  const source = new StagedSource([['a']])
  const sink = new StagedSink()
  sink.behave = () => failure
  let wasStopped: boolean | undefined
  const registry = exampleRegistry({
    source: async () => source,
    sink: async (_, { stopped }) =>
      Object.assign(sink, {
        [Symbol.asyncDispose]: async () => {
          wasStopped = stopped.aborted
        },
      }),
  })
  let isRunning = true
  const run = runService({
    config: checkConfig([{ name: 't.yaml', text: YAML }], { registry, env: {} }),
    registry,
    clock,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    meter: SILENT_METER,
    bounds: finite ? { untilMs: clock.now() } : {},
    stop: { softStop: soft.signal, hardStop: new AbortController().signal },
  })
    .catch((error: unknown) => error)
    .finally(() => {
      isRunning = false
    })
  await expect.poll(() => clock.advance(100).then(() => sink.attempts)).toBe(1)
  if (failure === undefined && !finite) soft.abort()
  await expect.poll(() => clock.advance(100).then(() => isRunning)).toBe(false)
  expect([await run, wasStopped]).toEqual([failure ?? { unavailable: [], isComplete: finite }, isStopped])
})
