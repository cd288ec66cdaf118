import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ConfiguredSink } from '../../src/config/load.ts'
import { RetryableError } from '../../src/core/errors.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { DELIVERED, type Sink } from '../../src/core/sink.ts'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { createRawMapper } from '../../src/mappers/raw/index.ts'
import { runDelivery } from '../../src/service/delivery.ts'
import { runIngest } from '../../src/service/ingest.ts'
import { openaiAuditConfig } from '../../src/sources/openai_audit/config.ts'
import { createOpenaiAuditSource } from '../../src/sources/openai_audit/source.ts'
import { Random } from '../support/random.ts'
import { VirtualClock } from '../support/virtual_clock.ts'
import { AuditApi } from './audit_api.ts'
import { SIMULATED } from './sources.ts'

const START_MS = Date.UTC(2026, 0, 10)
const HOUR_MS = 3_600_000
const BUDGET_BYTES = 64 * 1024
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const meter = { add: () => {}, set: () => {}, observe: () => {} }
const folder = mkdtempSync(join(tmpdir(), 'outage-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A destination that is down, or takes what it is given. */
function destination() {
  const arrived: string[] = []
  const state = { isDown: true, held: 0 }
  const sink: Sink = {
    async write(events: readonly MappedEvent[]) {
      state.held = Math.max(state.held, events.length)
      if (state.isDown) throw new RetryableError('test.down', 'down')
      arrived.push(...events.map(({ event }) => event.id))
      return DELIVERED
    },
    check: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
  return { arrived, state, sink }
}

// Goal: backpressure ends at the API, which keeps the events; what we hold is the budget, not the outage's length.
test('a destination that is down for an hour stops the source at the budget, and everything arrives after', {
  timeout: 60_000,
}, async () => {
  const random = new Random(5)
  const clock = new VirtualClock(START_MS, random.next)
  const scenario = {
    startMs: START_MS,
    endMs: START_MS + 2 * HOUR_MS,
    historyS: 86_400,
    historyEvents: 500,
    liveEvents: 4000,
    lateMaxS: 60,
  }
  const api = new AuditApi(scenario, random, SIMULATED.openai_audit.write)
  const journal = await openSqliteJournal(
    {
      path: join(folder, 'journal.db'),
      sinks: ['out'],
      backlogBytesMax: BUDGET_BYTES,
      retentionAgeMs: 2 ** 40,
      retentionBytesMax: 2 ** 40,
    },
    { clock, logger: silent, meter },
  )
  const requestsAtMs: number[] = []
  const config = openaiAuditConfig.parse({ api_key: 'k', start: '2d', overlap: '15m' })
  const context = { id: 'acme', clock, logger: silent, meter, report: () => {} }
  const source = createOpenaiAuditSource(config, context, async query => {
    requestsAtMs.push(clock.now())
    return { status: 200, headers: { date: new Date(clock.now()).toUTCString() }, body: api.list(new URLSearchParams(query), clock.now()) }
  })
  const { arrived, state, sink } = destination()
  const retry = { initial: 500, max: 60_000, blocked: 60_000 }
  const configured = {
    spec: { batch: {} },
    id: 'out',
    settings: { batch: { events_max: 50, bytes_max: 50_000, timeout: 1000 }, concurrency: 4, inputs: ['acme'], retry },
  }
  const stop = new AbortController()
  const stops = { softStop: stop.signal, hardStop: stop.signal }
  const shared = { journal, clock, meter, onState: () => {} }
  const ended = Promise.all([
    runIngest(
      {
        ...shared,
        key: { source: 'acme', stream: 'organization' },
        stream: source.streams[0]!,
        bounds: {},
        retry: { initialDelayMs: 500, maxDelayMs: 5000 },
        blockedRetryMs: 5000,
        inspect: () => {},
      },
      stops,
    ),
    runDelivery({ ...shared, finite: false, configured: configured as unknown as ConfiguredSink, sink, mapper: createRawMapper() }, stops),
  ]).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const backlogBytes: number[] = []
  while (clock.now() < START_MS + HOUR_MS) {
    if (!(await clock.step())) await clock.advance(1000)
    backlogBytes.push((await journal.backlog('out')).bytes)
  }
  const largest = Math.max(...api.events.map(({ text }) => text.length))
  // What is appended at once may pass the budget by one append of 5,000 events at most, here by far less.
  expect(Math.max(...backlogBytes)).toBeLessThan(BUDGET_BYTES + 500 * largest)
  expect(journal.paused).toContain('sources wait')
  expect(arrived).toEqual([])
  const inLastHalfHour = requestsAtMs.filter(atMs => atMs > START_MS + HOUR_MS / 2).length
  expect(inLastHalfHour).toBeLessThanOrEqual(2)
  expect(state.held).toBeLessThanOrEqual(50)
  state.isDown = false
  while (clock.now() < START_MS + 2 * HOUR_MS + 1_200_000) if (!(await clock.step())) await clock.advance(1000)
  stop.abort(new Error('stopped'))
  await ended
  await journal[Symbol.asyncDispose]()
  expect(arrived.toSorted()).toEqual(api.events.map(({ id }) => id).toSorted())
})
