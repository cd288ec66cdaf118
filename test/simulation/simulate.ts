import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfiguredSink } from '../../src/config/load.ts'
import { BatchRefusedError, RetryableError } from '../../src/core/errors.ts'
import type { MappedEvent } from '../../src/core/mapper.ts'
import { DELIVERED, type Sink } from '../../src/core/sink.ts'
import { openSqliteJournal } from '../../src/journal/sqlite/index.ts'
import { createRawMapper } from '../../src/mappers/raw/index.ts'
import { runDelivery } from '../../src/service/delivery.ts'
import { runIngest } from '../../src/service/ingest.ts'
import { Random } from '../support/random.ts'
import { VirtualClock } from '../support/virtual_clock.ts'
import { AuditApi } from './audit_api.ts'
import { Life } from './life.ts'
import { SIMULATED, type SourceName } from './sources.ts'
import { isBad, judgeEvents, judgeLedger, Witness, watched } from './witness.ts'

const KEY = { source: 'acme', stream: 'organization' }
const START_MS = Date.UTC(2026, 0, 10)
const LIVE_MS = 20 * 60_000
/** After the last event is listed, this long is enough to find and deliver it. */
const GRACE_MS = 20 * 60_000
const STEPS_MAX = 600
const BROKEN_MS_MAX = 10 * 60_000
const RETRY = { initial: 500, max: 5000, blocked: 5000 }

/** Runs the loop, the journal and the source against a world that is made of the seed; gives what went wrong. */
export async function simulate(seed: number, source: SourceName = 'openai_audit'): Promise<readonly string[]> {
  const random = new Random(seed)
  const clock = new VirtualClock(START_MS, random.next)
  const scenario = {
    startMs: START_MS,
    endMs: START_MS + LIVE_MS,
    historyS: random.int(0, 2) * 86_400,
    historyEvents: random.int(0, 150),
    liveEvents: random.int(0, 60),
    lateMaxS: 300,
  }
  const api = new AuditApi(scenario, random, SIMULATED[source].write)
  const brokenToMs = START_MS + (random.chance(0.5) ? random.int(0, BROKEN_MS_MAX) : 0)
  const witness = new Witness()
  const folder = mkdtempSync(join(tmpdir(), 'simulation-'))
  const world = { random, clock, api, witness, path: join(folder, 'journal.db'), pageEvents: random.int(3, 20), source, brokenToMs }
  try {
    for (let lives = random.int(0, 6); lives > 0; lives--) await live(world, new Life(random, STEPS_MAX), scenario.endMs)
    await live(world, new Life(random, Number.POSITIVE_INFINITY), scenario.endMs + GRACE_MS)
    await judge(world)
  } finally {
    rmSync(folder, { recursive: true })
  }
  return witness.violations
}

interface World {
  readonly random: Random
  readonly clock: VirtualClock
  readonly api: AuditApi
  readonly witness: Witness
  readonly path: string
  readonly pageEvents: number
  readonly source: SourceName
  /** Until then only first pages are answered: the present goes on, and a part of the past has to wait. */
  readonly brokenToMs: number
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const meter = { add: () => {}, set: () => {}, observe: () => {} }
const limits = { sinks: ['out'], backlogBytesMax: 2 ** 30, retentionAgeMs: 2 ** 40, retentionBytesMax: 2 ** 40 }

/** One process, from its start to its kill, or to `untilMs`. */
async function live(world: World, life: Life, untilMs: number): Promise<void> {
  const { clock } = world
  const mortalClock = life.clock(clock)
  const opened = await openSqliteJournal({ ...limits, path: world.path }, { clock: mortalClock, logger: silent, meter })
  const journal = life.guard(watched(opened, world.witness), [
    'append',
    'streamPosition',
    'sinkPosition',
    'saveSinkPosition',
    'addDeadLetters',
  ])
  const stop = new AbortController()
  const stops = { softStop: stop.signal, hardStop: stop.signal }
  const onState = () => {}
  const reading = openSource(world, life)
  const configured = {
    id: 'out',
    spec: { batch: {} },
    settings: {
      batch: { events_max: world.random.int(1, 40), bytes_max: 10_000, timeout: 1000 },
      concurrency: 3,
      inputs: ['acme'],
      retry: RETRY,
    },
  }
  const running = Promise.all([
    runIngest(
      {
        key: KEY,
        stream: reading.streams[0]!,
        journal,
        bounds: {},
        retry: { initialDelayMs: 500, maxDelayMs: 5000 },
        blockedRetryMs: 5000,
        clock: mortalClock,
        meter,
        onState,
        inspect: () => {},
      },
      stops,
    ),
    runDelivery(
      {
        configured: configured as unknown as ConfiguredSink,
        sink: sinkOf(world, life),
        mapper: createRawMapper(),
        journal,
        clock: mortalClock,
        meter,
        onState,
        finite: false,
      },
      stops,
    ),
  ])
  running.catch((error: unknown) => {
    if (!stop.signal.aborted) world.witness.violations.push(`the process failed: ${String(error)}`)
  })
  while (!life.isOver && clock.now() < untilMs) if (!(await clock.step())) await clock.advance(1000)
  if (!life.isOver) {
    stop.abort(new Error('stopped'))
    await Promise.race([running.catch(() => {}), life.killed])
  }
  life.isOver = true // Whatever still hangs of this life stays hanging.
  stop.abort(new Error('killed'))
  await opened[Symbol.asyncDispose]()
}

function openSource({ api, clock, random, pageEvents, source, brokenToMs }: World, life: Life) {
  const context = { id: 'acme', clock: life.clock(clock), logger: silent, meter, report: () => {} }
  return SIMULATED[source].create(pageEvents, context, async search => {
    await life.step()
    if (random.chance(0.05)) throw new RetryableError(`${source}.failed`, 'staged')
    const headers = { date: new Date(clock.now()).toUTCString() }
    const query = new URLSearchParams(search)
    if (clock.now() < brokenToMs && (query.has('after') || query.has('before'))) throw new RetryableError(`${source}.failed`, 'staged')
    // A list without times may have forgotten what a cursor names.
    if (!query.has('effective_at[gte]') && query.has('after') && random.chance(0.05)) return { status: 404, headers, body: '{}' }
    const text = api.list(query, clock.now())
    await life.step()
    return { status: 200, headers, body: random.chance(0.03) ? text.slice(0, random.int(0, text.length - 1)) : text }
  })
}

/** A destination that refuses, answers in part, or is busy; what it has taken stays taken. */
function sinkOf({ random, witness }: World, life: Life): Sink {
  const take = (events: readonly MappedEvent[]) => {
    for (const { event, json } of events)
      witness.arrived.set(`${event.id}\n${json}`, (witness.arrived.get(`${event.id}\n${json}`) ?? 0) + 1)
  }
  return {
    async write(events) {
      await life.step()
      witness.writes++
      if (random.chance(0.05)) throw new RetryableError('test.busy', 'staged')
      const bad = events.filter(({ event }) => isBad(event.id))
      if (bad.length > 0 && random.chance(0.5)) throw new BatchRefusedError('test.refused', 'staged')
      const good = events.filter(event => !bad.includes(event))
      const taken = random.chance(0.1) ? good.slice(0, random.int(0, good.length)) : good
      take(taken)
      await life.step()
      if (random.chance(0.03)) throw new RetryableError('test.cut_off', 'staged')
      return taken.length === good.length && bad.length === 0
        ? DELIVERED
        : { rejected: bad.map(event => ({ event, reason: 'staged' })), deferred: good.slice(taken.length) }
    },
    check: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

async function judge({ api, witness, path, clock }: World): Promise<void> {
  const journal = await openSqliteJournal({ ...limits, path }, { clock, logger: silent, meter })
  try {
    await judgeEvents(journal, api.events, witness)
    judgeLedger(await Array.fromAsync(journal.ledger(KEY, { fromS: 0, toS: 2 ** 33 })), START_MS + LIVE_MS, witness)
  } finally {
    await journal[Symbol.asyncDispose]()
  }
}
