import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { StagedSink } from '../../test/support/components.ts'
import { exampleRegistry } from '../../test/support/registry.ts'
import { checkConfig } from '../config/load.ts'
import { LogEvent } from '../core/event.ts'
import type { MappedEvent } from '../core/mapper.ts'
import type { Journal } from '../journal/journal.ts'
import { systemClock } from '../toolkit/clock.ts'
import { runDelivery } from './delivery.ts'
import { SILENT_METER } from './meter.ts'

const ROWS = 50
const ROW_CHARS = 1_000_000
const CONFIG = `sources: {acme: {type: example_api, api_key: k}}
sinks: {hec: {type: example_hec, url: https://h, token: t, filter: "true", batch: {events_max: ${ROWS}, timeout: 10m}, concurrency: 1}}
`

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

function heapBytes(): number {
  collect()
  return process.memoryUsage().heapUsed
}

/** Of each row one event, whose text is a piece of all the texts of the row. */
async function* rows() {
  for (let row = 0; row < ROWS; row++) {
    const own = JSON.stringify({ id: `e${row}`, note: 'of some length' })
    const text = (own + `${row}`.padEnd(ROW_CHARS, 'x')).slice(0, own.length)
    yield { events: [new LogEvent({ source: 'acme', stream: 's', id: `e${row}`, timeMs: 0, receivedMs: 0, text })], position: row + 1 }
  }
}

/** Looks at the memory while it holds the batch. */
class WeighingSink extends StagedSink {
  heldBytes = 0

  override async write(events: readonly MappedEvent[], signal: AbortSignal) {
    this.heldBytes = heapBytes()
    return super.write(events, signal)
  }
}

// Goal: a batch of what a filter lets pass is as large as its events, not as all that it was read with.
test('what a filter leaves out is not held for the sake of what it lets pass', async () => {
  const journal = { sinkPosition: async () => undefined, read: rows, saveSinkPosition: async () => {} } as unknown as Journal
  const configured = checkConfig([{ name: 't', text: CONFIG }], { registry: exampleRegistry(), env: {} }).sinks[0]!
  const sink = new WeighingSink()
  const mapper = (event: LogEvent) => ({ event, document: { original: event.text }, json: event.text })
  const beforeBytes = heapBytes()
  const never = new AbortController().signal
  await runDelivery(
    { configured, sink, mapper, journal, clock: systemClock, meter: SILENT_METER, onState: () => {}, finite: true },
    { softStop: never, hardStop: never },
  )
  expect(sink.taken).toHaveLength(ROWS)
  expect(sink.heldBytes - beforeBytes).toBeLessThan(10 * ROW_CHARS)
})
